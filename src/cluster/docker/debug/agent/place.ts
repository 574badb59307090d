import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOOK } from '../../../../base/debugLink';
import { AGENT_MARK, type AgentOrder } from '../protocol';
import { FILES, FOLDER } from './folder';
import { commandLine, isAlive } from './processes';
import { WRAPPER } from './wrapper';

const inFolder = (name: keyof typeof FILES): string => join(FOLDER, FILES[name]);

/**
 * Puts the wrapper in the place of the program, by mounts: not a byte of the container's file system changes, and a container that stops forgets
 * them. A program that runs is not touched. False if another agent has done so. What a dead one left is undone first, which is what `mend` is for.
 */
export async function take(order: AgentOrder, mend: () => Promise<void>): Promise<boolean> {
  const program = realpathSync(order.program);
  const prepared = `${FOLDER}.${process.pid}`;
  prepare(prepared, order);
  try {
    // Of two that come at once one finds the folder there.
    while (!renamed(prepared)) {
      if (ownerLives()) return false;
      await mend();
    }
  } finally {
    rmSync(prepared, { recursive: true, force: true });
  }
  try {
    bind(program, inFolder('node'));
    bind(inFolder('wrapper'), program);
    writeFileSync(inFolder('armed'), `${process.pid} ${order.runs} ${order.rounds}\n`);
  } catch (error) {
    restoreProgram();
    removeFolder();
    throw error;
  }
  return true;
}

/** From now on the program itself is started. */
export function restoreProgram(): void {
  rmSync(inFolder('armed'), { force: true });
  for (const { root, point } of mounts()) if (root.includes(inFolder('wrapper').slice('/dev'.length))) unmount(point);
}

/** To be called when no process needs its files. */
export function removeFolder(): void {
  for (const { point } of mounts()) if (point.startsWith(`${FOLDER}/`)) unmount(point);
  rmSync(FOLDER, { recursive: true, force: true });
}

function prepare(folder: string, { program, hook, argvPrefix, undebugged }: AgentOrder): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o755 });
  const hookPath = join(FOLDER, hook.name);
  const lines = (words: readonly string[]): string => words.map((word) => `${word.replace(HOOK, hookPath)}\n`).reverse().join('');
  const files: Readonly<Record<string, string>> = {
    [FILES.owner]: String(process.pid),
    [FILES.program]: program,
    [FILES.wrapper]: WRAPPER,
    [FILES.node]: '',
    [FILES.debugged]: lines(argvPrefix),
    [FILES.undebugged]: lines(undebugged),
    [hook.name]: hook.source,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o644 });
  chmodSync(join(folder, FILES.wrapper), 0o755);
  mkdirSync(join(folder, FILES.runs));
  // The contract may run as another user; each may remove its own files.
  chmodSync(join(folder, FILES.runs), 0o1777);
}

function renamed(prepared: string): boolean {
  try {
    renameSync(prepared, FOLDER);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

function ownerLives(): boolean {
  try {
    const owner = Number(readFileSync(inFolder('owner'), 'utf8'));
    return isAlive(owner) && commandLine(owner).some((word) => word.includes(AGENT_MARK));
  } catch {
    return false;
  }
}

function bind(source: string, target: string): void {
  run('mount', ['-o', 'bind', source, target]);
}

/** Whoever still uses it keeps it. */
function unmount(point: string): void {
  run('umount', ['-l', point]);
}

function run(command: string, args: readonly string[]): void {
  const path = process.env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { PATH: path } });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr.trim() || `${command} ended with ${status}`);
}

/** What is mounted, the newest first: where, and which part of its file system it shows. */
function mounts(): { readonly root: string; readonly point: string }[] {
  const plain = (text = ''): string => text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n').reverse();
  return lines.map((line) => line.split(' ')).map(([, , , root, point]) => ({ root: plain(root), point: plain(point) }));
}
