import { closeSync, openSync, readSync } from 'node:fs';

/** The system and machine that a program or library is for, in Node.js's words. */
export interface ProgramPlatform {
  readonly platform: 'linux' | 'darwin' | 'win32';
  /** `universal`: for more than one. */
  readonly arch: string;
}

const ELF = 0x7f454c46;
/** e_machine, of the machines that Node.js runs on. */
const ELF_MACHINES: Readonly<Record<number, string>> = { 3: 'ia32', 8: 'mips', 20: 'ppc', 21: 'ppc64', 22: 's390x', 40: 'arm', 62: 'x64', 183: 'arm64', 243: 'riscv64', 258: 'loong64' };
const MACH_O = [0xcffaedfe, 0xcefaedfe];
const MACH_O_FAT = 0xcafebabe;
const MACH_O_MACHINES: Readonly<Record<number, string>> = { 0x7: 'ia32', 0x1000007: 'x64', 0xc: 'arm', 0x100000c: 'arm64' };
const PE_MACHINES: Readonly<Record<number, string>> = { 0x14c: 'ia32', 0x8664: 'x64', 0xaa64: 'arm64', 0x1c4: 'arm' };
const HEAD = 4096;
/** A Java class begins like a fat Mach-O file; it has a version where that has its few machines. */
const MOST_MACHINES = 20;

/** What the head of a file says that it is for; undefined if it is neither program nor library, or cannot be read. */
export function programPlatform(path: string): ProgramPlatform | undefined {
  const head = readHead(path);
  if (!head || head.length < 20) return undefined;
  const magic = head.readUInt32BE(0);
  if (magic === ELF) {
    const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
    return { platform: 'linux', arch: ELF_MACHINES[machine] ?? `machine ${machine}` };
  }
  if (MACH_O.includes(magic)) return { platform: 'darwin', arch: nameOf(MACH_O_MACHINES, head.readUInt32LE(4)) };
  if (magic === MACH_O_FAT && head.readUInt32BE(4) < MOST_MACHINES) return { platform: 'darwin', arch: 'universal' };
  return peArch(head);
}

/** A Windows program begins with one for DOS, which tells where the real one is. */
function peArch(head: Buffer): ProgramPlatform | undefined {
  if (head.toString('latin1', 0, 2) !== 'MZ' || head.length < 64) return undefined;
  const at = head.readUInt32LE(60);
  if (at + 6 > head.length || head.toString('latin1', at, at + 4) !== 'PE\0\0') return undefined;
  return { platform: 'win32', arch: nameOf(PE_MACHINES, head.readUInt16LE(at + 4)) };
}

const nameOf = (names: Readonly<Record<number, string>>, machine: number): string => names[machine] ?? `machine ${machine}`;

function readHead(path: string): Buffer | undefined {
  try {
    const fd = openSync(path, 'r');
    try {
      const head = Buffer.alloc(HEAD);
      return head.subarray(0, readSync(fd, head));
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
