import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { systemCode } from './errors';

const ELF_MAGIC = '7f454c46';
const MACH_O_MAGICS = ['feedface', 'feedfacf', 'cefaedfe', 'cffaedfe', 'cafebabe', 'cafebabf'];

/** ELF's e_machine of the programs that run on each of Node's architectures. */
const ELF_MACHINES: Partial<Record<NodeJS.Architecture, readonly number[]>> = {
  x64: [62, 3],
  arm64: [183, 40],
};

/**
 * Whether the kernel itself can start a file: a program for this machine or a `#!` script. Asked beforehand because
 * libuv hands what the kernel refuses to a shell. A file that may not be read is taken for a program.
 */
export function isStartable(path: string): boolean {
  const head = readHead(path);
  if (!head) return true;
  if (head.toString('latin1', 0, 2) === '#!') return true;
  const magic = head.toString('hex', 0, 4);
  if (process.platform === 'darwin') return MACH_O_MAGICS.includes(magic);
  return magic === ELF_MAGIC && (isForThisMachine(head) || elfIsEmulated());
}

/** The program named in the first line of a script, if it is one. */
export function interpreterOf(path: string): string | undefined {
  return /^#![ \t]*([^ \t\n]+)/.exec(readHead(path)?.toString('utf8') ?? '')?.[1];
}

/** The first line of a script as the kernel takes it: the program, and the one argument there may be. Undefined if it is no script. */
export function commandOf(path: string): readonly [string, string?] | undefined {
  const [, program, argument] = /^#![ \t]*([^ \t\n]+)(?:[ \t]+([^\n]*))?(?:\n|$)/.exec(readHead(path)?.toString('utf8') ?? '') ?? [];
  return program === undefined ? undefined : argument ? [program, argument.trimEnd()] : [program];
}

function isForThisMachine(head: Buffer): boolean {
  const machines = ELF_MACHINES[process.arch];
  if (!machines || head.length < 20) return true;
  const bigEndian = head[5] === 2;
  return machines.includes(bigEndian ? head.readUInt16BE(18) : head.readUInt16LE(18));
}

/** Rosetta and qemu register themselves for the ELF files of other machines. */
function elfIsEmulated(): boolean {
  const folder = '/proc/sys/fs/binfmt_misc';
  try {
    const handlers = readdirSync(folder).filter((name) => name !== 'register' && name !== 'status');
    return handlers.some((name) => readFileSync(`${folder}/${name}`, 'latin1').includes(`\nmagic ${ELF_MAGIC}`));
  } catch {
    return false;
  }
}

function readHead(path: string): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'EACCES') return undefined;
    throw error;
  }
  try {
    const head = Buffer.alloc(256);
    return head.subarray(0, readSync(fd, head));
  } finally {
    closeSync(fd);
  }
}
