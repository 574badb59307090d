import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HOOK } from '../../../../base/debugLink';
import { AGENT_MARK, type AgentOrder } from '../protocol';
import { FILES, FOLDER } from './folder';
import { commandLine, isAlive } from './processes';
import { START, WRAPPER } from './wrapper';

const ENVIRONMENT = { PATH: process.env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
/** An agent whose window was just closed knows of it. */
const ENDS_WITHIN_MS = 1_000;
const LOOK_EVERY_MS = 20;
const inFolder = (name: keyof typeof FILES): string => join(FOLDER, FILES[name]);

/**
 * Puts the wrapper in the place of the program, by mounts: not a byte of the container's file system changes, and a container that stops forgets
 * them. A program that runs is not touched. False if another agent has done so. What a dead one left is undone first, which is what `mend` is for.
 */
export async function take(order: AgentOrder, mend: () => Promise<void>): Promise<boolean> {
  // What cannot be undone is not done.
  for (const command of ['mount', 'umount']) if (spawnSync(command, ['--help'], { env: ENVIRONMENT }).error) throw new Error(`its image has no ${command}`);
  const program = realpathSync(order.program);
  const prepared = `${FOLDER}.${process.pid}`;
  prepare(prepared, program, order);
  try {
    // Of two that come at once one finds the folder there.
    for (const began = Date.now(); !renamed(prepared); ) {
      if (!ownerLives()) await mend();
      else if (isArmed() && Date.now() > began + ENDS_WITHIN_MS) return false;
      else await sleep(LOOK_EVERY_MS);
    }
  } finally {
    rmSync(prepared, { recursive: true, force: true });
  }
  try {
    bind(program, inFolder('node'));
    // Podman's /dev is one from which nothing can be started.
    bind(inFolder('wrapper'), inFolder('wrapper'));
    run('mount', ['-n', '-o', 'remount,bind,exec', inFolder('wrapper')]);
    // Nothing is put in the program's place that does not do the same.
    run(inFolder('wrapper'), ['--version']);
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
  for (const { root, point } of mounts()) if (root.endsWith(inFolder('wrapper').slice('/dev'.length)) && !isOurs(point)) unmount(point);
}

/** To be called when no process needs its files. */
export function removeFolder(): void {
  for (const { point } of mounts()) if (isOurs(point)) unmount(point);
  rmSync(FOLDER, { recursive: true, force: true });
}

function prepare(folder: string, program: string, { hook, argvPrefix, undebugged }: AgentOrder): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o755 });
  const hookPath = join(FOLDER, hook.name);
  const lines = (words: readonly string[]): string => words.map((word) => `${word.replace(HOOK, hookPath)}\n`).reverse().join('');
  const files: Readonly<Record<string, string>> = {
    [FILES.owner]: String(process.pid),
    [FILES.program]: program,
    [FILES.wrapper]: WRAPPER,
    [FILES.start]: START,
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

/** Not so while its owner is just beginning, or undoes it. */
function isArmed(): boolean {
  return existsSync(inFolder('armed'));
}

function ownerLives(): boolean {
  try {
    const owner = Number(readFileSync(inFolder('owner'), 'utf8'));
    return isAlive(owner) && commandLine(owner).some((word) => word.includes(AGENT_MARK));
  } catch {
    return false;
  }
}

const isOurs = (point: string): boolean => point.startsWith(`${FOLDER}/`);

function bind(source: string, target: string): void {
  run('mount', ['-n', '-o', 'bind', source, target]);
}

/** Whoever still uses it keeps it. */
function unmount(point: string): void {
  run('umount', ['-n', '-l', point]);
}

function run(command: string, args: readonly string[]): void {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: ENVIRONMENT });
  if (error) throw error;
  if (status !== 0) throw new Error(stderr.trim() || `${command} ended with ${status}`);
}

/** What is mounted, the newest first: where, and which part of its file system it shows. */
function mounts(): { readonly root: string; readonly point: string }[] {
  const plain = (text = ''): string => text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n').reverse();
  return lines.map((line) => line.split(' ')).map(([, , , root, point]) => ({ root: plain(root), point: plain(point) }));
}
