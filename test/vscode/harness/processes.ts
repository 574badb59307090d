import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/**
 * Programs started for a test run carry its id in this variable, and hand it down to whatever they start themselves. A supervisor inherits
 * little, but keeps the folder for temporary files, which is one of the run's.
 */
export const RUN_VARIABLE = 'HOTPOCKET_TEST_RUN';

/** Runs a program to its end and gives what it printed. Rejects with that when it fails. */
export async function run(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<string> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const code = await foreground(child);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${output.slice(-4000)}`);
  return output;
}

/** The exit code of a child, or the signal that ended it; once its output is read to the end. Rejects if it did not start. */
export function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}

/** As `ended`, while SIGINT to this process ends the child. */
export async function foreground(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  const interrupt = (): void => void child.kill('SIGTERM');
  process.once('SIGINT', interrupt);
  try {
    return await ended(child);
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}

/** Asks the process group that `child` leads to end, and makes it end when it has not after some seconds. */
export async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  signal(-child.pid, 'SIGTERM');
  const patience = new AbortController();
  setTimeout(5_000, undefined, { signal: patience.signal }).then(() => child.pid !== undefined && signal(-child.pid, 'SIGKILL'), () => undefined);
  await gone;
  patience.abort();
}

/**
 * Ends every process that belongs to a run, also those which left its process groups (a supervisor outlives its window by
 * design). Only where /proc tells (Linux); elsewhere the tests themselves must stop what they start.
 */
export async function endRun(id: string): Promise<void> {
  // Again and again, because one of them may be starting the next.
  for (let pids = processesOf(id); pids.length > 0; pids = processesOf(id)) {
    for (const pid of pids) signal(pid, 'SIGKILL');
    await setTimeout(20);
  }
}

/** The live processes that carry the id of a run. */
export function processesOf(id: string): number[] {
  let entries: string[];
  try {
    entries = readdirSync('/proc');
  } catch {
    return [];
  }
  return entries.map(Number).filter((pid) => pid > 0 && pid !== process.pid && runsOf(pid).includes(id));
}

function runsOf(pid: number): string[] {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const partsOf = (name: string): string[] => variables.find((variable) => variable.startsWith(`${name}=`))?.slice(name.length + 1).split('/') ?? [];
    return [...partsOf(RUN_VARIABLE), ...partsOf('TMPDIR')];
  } catch {
    return []; // It ended meanwhile, or is another user's.
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
