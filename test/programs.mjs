// Programs that run at the same time, and what becomes of them.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const running = new Set();

const has = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
/** What makes a program take only the time that others leave: Linux has a class of its own for that. */
const patience = has('chrt', '--idle', '0', 'true') ? ['chrt', '--idle', '0'] : has('nice', 'true') ? ['nice', '-n', '19'] : [];

/**
 * Runs a program to its end. What it prints is shown then, in one piece, because others run at the same time. `patient`: it takes only the
 * time that others leave. Tells whether it ended well.
 */
export async function runProgram(name, command, args, { patient, ...options }) {
  const [file, ...all] = [...(patient ? patience : []), command, ...args];
  const folder = mkdtempSync(join(tmpdir(), 'hp-out-'));
  const path = join(folder, 'output');
  const output = openSync(path, 'w');
  const started = Date.now();
  try {
    // In a group of its own, to be ended with all that it started.
    const child = spawn(file, all, { ...options, detached: true, stdio: ['ignore', output, output] });
    running.add(child);
    const code = await new Promise((resolve) => child.once('error', resolve).once('exit', resolve));
    running.delete(child);
    console.log(`\n== ${name} (${((Date.now() - started) / 1000).toFixed(0)} s)`);
    process.stdout.write(readFileSync(path, 'utf8'));
    if (code instanceof Error) console.log(code.message);
    return code === 0;
  } finally {
    closeSync(output);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Processes whose temporary files are in the folder and that do not end soon, by their command lines. Only where /proc tells (Linux). */
export async function leftBehind(folder) {
  for (const patience = Date.now() + 10_000; pidsOf(folder).length > 0 && Date.now() < patience; ) await sleep(100);
  return pidsOf(folder).map((pid) => `${pid} ${textOf(pid, 'cmdline').replaceAll('\0', ' ')}`);
}

/** Ends all programs and what they left behind. */
export async function endPrograms(folder) {
  for (const child of running) signal(-child.pid, 'SIGTERM');
  for (const patience = Date.now() + 10_000; running.size > 0 && Date.now() < patience; ) await sleep(50);
  for (const child of running) signal(-child.pid, 'SIGKILL');
  // Again and again, because one of them may be starting the next.
  for (let pids = pidsOf(folder); pids.length > 0; pids = pidsOf(folder)) {
    for (const pid of pids) signal(pid, 'SIGKILL');
    await sleep(20);
  }
}

function pidsOf(folder) {
  let entries = [];
  try {
    entries = readdirSync('/proc').map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  } catch {
    // Elsewhere tests must stop themselves what they start.
  }
  return entries.filter((pid) => textOf(pid, 'environ').split('\0').some((variable) => variable === `TMPDIR=${folder}` || variable.startsWith(`TMPDIR=${folder}/`)));
}

function textOf(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return ''; // It ended meanwhile, or is another user's.
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
