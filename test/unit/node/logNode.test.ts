import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LogLevel } from '../../../src/hotpocket/logLine';

// The log writes to the descriptors 1 and 2 of its process, so it runs in one of its own here.
let programDir: string;
let program: string;
beforeAll(() => {
  programDir = mkdtempSync(join(tmpdir(), 'hp log program '));
  program = join(programDir, 'main.cjs');
  buildSync({
    stdin: {
      contents: `
        import { spawnSync } from 'node:child_process';
        import { NodeLog } from './src/node/log/nodeLog';
        const [options, script] = process.argv.slice(2).map((text) => JSON.parse(text));
        const log = NodeLog.open({ ...options, clock: { now: () => new Date(2026, 0, 2, 3, 4, 5, 6).getTime() } });
        for (const [method, text] of script) {
          if (method === 'contract') spawnSync('echo', [text], { stdio: ['ignore', 'inherit', 'inherit'] });
          else if (method === 'die') process.kill(process.pid, 'SIGKILL');
          else log[method](text);
        }`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    bundle: true, platform: 'node', format: 'cjs', outfile: program,
  });
});
afterAll(() => rmSync(programDir, { recursive: true, force: true }));

let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'hp lög ')); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Options { level: LogLevel; loggers: string[]; maxMbytesPerFile: number; maxFileCount: number }
type Script = (readonly [method: string, text: string])[];

const args = (script: Script, options: Partial<Options> = {}): string[] => [
  program, JSON.stringify({ dir: join(dir, 'log'), level: 'inf', loggers: ['file', 'console'], maxMbytesPerFile: 5, maxFileCount: 10, ...options }), JSON.stringify(script),
];
const run = (script: Script, options: Partial<Options> = {}) => spawnSync(process.execPath, args(script, options), { encoding: 'utf8' });
const logFile = (): string => readFileSync(join(dir, 'log', 'hp.log'), 'utf8');

const all: Script = [['dbg', 'd'], ['inf', 'i'], ['wrn', 'w'], ['err', 'ö']];
const inf = '20260102 03:04:05.006 [inf][hpc] i\n';
const others = '20260102 03:04:05.006 [wrn][hpc] w\n20260102 03:04:05.006 [err][hpc] ö\n';

test('writes the same lines to file and console', () => {
  const { stdout, stderr } = run(all);
  expect([stdout, stderr, logFile()]).toEqual([inf + others, '', inf + others]);
});

test('hides what is below its level', () => {
  run(all, { level: 'wrn' });
  expect(logFile()).toBe(others);
});

test('writes only where it is told to', () => {
  expect(run(all, { loggers: ['file'] }).stdout).toBe('');
  expect(logFile()).toBe(inf + others);
  rmSync(join(dir, 'log'), { recursive: true });
  expect(run(all, { loggers: ['console'] }).stdout).toBe(inf + others);
  expect(existsSync(join(dir, 'log'))).toBe(false);
});

test('raw text goes to stderr as it is, always, and not into the file', () => {
  const { stdout, stderr } = run([['raw', '2: Contract process execve() failed.'], ['raw', 'two\nlines\n']], { loggers: ['file'], level: 'err' });
  expect([stdout, stderr]).toEqual(['', '2: Contract process execve() failed.\ntwo\nlines\n']);
  expect(existsSync(join(dir, 'log'))).toBe(false);
});

test('keeps the order with what the contract prints, and loses nothing when the process dies', () => {
  const console = join(dir, 'console.log');
  const out = openSync(console, 'a');
  const script: Script = [['inf', 'i'], ['contract', 'from the contract'], ['raw', 'raw'], ['inf', 'i'], ['die', '']];
  expect(spawnSync(process.execPath, args(script), { stdio: ['ignore', out, out] }).signal).toBe('SIGKILL');
  closeSync(out);
  expect(readFileSync(console, 'utf8')).toBe(`${inf}from the contract\nraw\n${inf}`);
  expect(logFile()).toBe(inf + inf);
});

test.skipIf(!existsSync('/dev/full'))('goes on when a destination is full, and says so once', () => {
  const full = openSync('/dev/full', 'a');
  const { status, stderr } = spawnSync(process.execPath, args(all), { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
  closeSync(full);
  expect(status).toBe(0);
  expect(stderr).toBe('The log cannot be written to standard output (ENOSPC).\n');
  expect(logFile()).toBe(inf + others);
});

test('goes on when nobody reads the console any more', async () => {
  const child = spawn(process.execPath, args([['contract', 'x'], ...Array.from({ length: 50 }, () => ['inf', 'i'] as const)]), { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(0);
  expect(stderr.match(/EPIPE/g)).toHaveLength(1);
  expect(logFile()).toBe(inf.repeat(50));
});

test('survives a log folder that cannot be', () => {
  const { status, stdout, stderr } = run(all, { dir: '/dev/null/log' } as Partial<Options>);
  expect([status, stdout]).toEqual([0, inf + others]);
  expect(stderr).toBe('The log cannot be written to /dev/null/log/hp.log (ENOTDIR). The node goes on.\n');
});
