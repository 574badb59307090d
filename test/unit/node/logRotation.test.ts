import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readLog } from '../../../src/cluster/logFollow';
import { eventually } from '../../support/embedded';

// What is rotated are the descriptors 1 and 2 of a process, so it runs in one of its own here. For each message it writes
// numbered lines by the log, to stderr and by a "contract", and then rotates.
const PROGRAM = `
  import { spawnSync } from 'node:child_process';
  import { writeSync } from 'node:fs';
  import { ConsoleRotation } from './src/node/log/consoleRotation';
  import { NodeLog } from './src/node/log/nodeLog';
  const [dir, limit] = process.argv.slice(2);
  const log = NodeLog.open({ dir, level: 'inf', loggers: ['console'], maxMbytesPerFile: 0, maxFileCount: 0, clock: { now: Date.now } });
  const rotation = new ConsoleRotation(dir, log, Number(limit));
  let line = 0;
  process.on('message', () => {
    for (let i = 0; i < 20; i++) log.inf('line ' + ++line + '.');
    spawnSync('sh', ['-c', 'i=' + line + '; while [ $i -lt ' + (line + 200) + ' ]; do i=$((i+1)); echo "contract, line $i."; done'], { stdio: ['ignore', 'inherit', 'inherit'] });
    line += 200;
    writeSync(2, 'stderr, line ' + ++line + '.\\n');
    rotation.rotateIfLarge();
    process.send(line);
  });`;
const LINES_A_ROUND = 221;
const BYTES_A_ROUND = 6_000;

let programs: string;
let dir: string;
let child: ChildProcess | undefined;
beforeAll(() => {
  programs = mkdtempSync(join(tmpdir(), 'hp rotation '));
  buildSync({ stdin: { contents: PROGRAM, resolveDir: process.cwd(), loader: 'ts' }, bundle: true, platform: 'node', format: 'cjs', external: ['koffi'], outfile: join(programs, 'main.cjs') });
});
afterAll(() => rmSync(programs, { recursive: true, force: true }));
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'hp lög '))));
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const file = (name: string): string => join(dir, name);
const content = (name: string): string => readFileSync(file(name), 'utf8');
const numbers = (text: string): number[] => [...text.matchAll(/\bline (\d+)\./g)].map((match) => Number(match[1]));
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

/** The program with console.log as its console, as under a supervisor. */
function start(limit: number, { console = 'console.log', koffi = true } = {}): ChildProcess {
  const log = openSync(file(console), 'a');
  const env = { PATH: process.env['PATH'], ...(koffi ? { NODE_PATH: join(process.cwd(), 'node_modules') } : {}) };
  child = spawn(process.execPath, [join(programs, 'main.cjs'), dir, String(limit)], { stdio: ['ignore', log, log, 'ipc'], env });
  closeSync(log);
  return child;
}

async function rounds(program: ChildProcess, count: number): Promise<number> {
  let last = 0;
  for (let round = 0; round < count; round++) {
    const answer = once(program, 'message');
    program.send('round');
    [last] = await answer as [number];
  }
  return last;
}

describe('the console log of a node', () => {
  it('goes on in a new file when it has grown over half the limit, and no line is lost', async () => {
    const last = await rounds(start(3 * BYTES_A_ROUND), 3);
    expect(last).toBe(3 * LINES_A_ROUND);
    expect(readdirSync(dir).sort()).toEqual(['console.1.log', 'console.log']);
    expect(numbers(content('console.1.log') + content('console.log'))).toEqual(upTo(last));
    expect(numbers(content('console.log'))).not.toEqual([]);
    expect(content('console.log')).toMatch(/^\S+ \S+ \[inf\]\[hpc\] Console log continues here; the [\d.]+ KiB before are in console\.1\.log\.\n/);
    expect(content('console.log')).not.toContain('Dropped');
  });

  it('says which lines it dropped, and a follower has seen them all', async () => {
    const stop = new AbortController();
    let text = '';
    writeFileSync(file('console.log'), 'begun\n');
    const following = readLog(file('console.log'), undefined, true, (more) => (text += more), stop.signal);
    await eventually(() => text !== '');
    const program = start(BYTES_A_ROUND);
    let last = 0;
    for (let round = 0; round < 6; round++) {
      last = await rounds(program, 1);
      await eventually(() => text.includes(`stderr, line ${last}.`));
    }
    stop.abort();
    await following;
    expect(numbers(text)).toEqual(upTo(6 * LINES_A_ROUND));
    expect(content('console.log')).toMatch(/\[wrn\]\[hpc\] Dropped the [\d.]+ KiB of console log before that\./);
    expect(numbers(content('console.1.log'))[0]).toBe(5 * LINES_A_ROUND + 1);
    expect(readdirSync(dir).sort()).toEqual(['console.1.log', 'console.log']);
  });

  it('is left alone when it is small', async () => {
    await rounds(start(100 * BYTES_A_ROUND), 2);
    expect(readdirSync(dir)).toEqual(['console.log']);
  });

  it('is left alone when it is no console.log', async () => {
    const last = await rounds(start(10, { console: 'terminal.txt' }), 2);
    expect(readdirSync(dir)).toEqual(['terminal.txt']);
    expect(numbers(content('terminal.txt'))).toEqual(upTo(last));
  });

  it('says once that it cannot be kept small without koffi', async () => {
    const last = await rounds(start(10, { koffi: false }), 3);
    expect(existsSync(file('console.1.log'))).toBe(false);
    expect(numbers(content('console.log'))).toEqual(upTo(last));
    expect(content('console.log').match(/grows without bounds: the library koffi could not be loaded\./g)).toHaveLength(1);
  });
});
