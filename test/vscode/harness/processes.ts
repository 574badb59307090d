import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Programs started for a test run carry its id in this variable, and hand it down to whatever they start themselves. */
export const RUN_VARIABLE = 'HOTPOCKET_TEST_RUN';

/** Runs a program to its end. Rejects with what it printed when it fails. */
export async function run(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Promise<void> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const code = await ended(child);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${output.slice(-4000)}`);
}

/** The exit code of a child, or the signal that ended it; once its output is read to the end. Rejects if it did not start. */
export function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}

/** Asks the process group that `child` leads to end, and makes it end when it has not after some seconds. */
export async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  signal(-child.pid, 'SIGTERM');
  const impatience = setTimeout(() => child.pid !== undefined && signal(-child.pid, 'SIGKILL'), 5_000);
  await gone;
  clearTimeout(impatience);
}

/**
 * Ends every process that belongs to a run, also those which left its process groups (a supervisor outlives its window by
 * design). Only where /proc tells (Linux); elsewhere the tests themselves must stop what they start.
 */
export function endRun(id: string): void {
  for (const pid of processesOf(id)) signal(pid, 'SIGKILL');
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
    const value = variables.find((variable) => variable.startsWith(`${RUN_VARIABLE}=`));
    return value?.slice(RUN_VARIABLE.length + 1).split('/') ?? [];
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
