import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogFile } from '../../../src/node/log/logFile';

let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'hp lög ')); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const read = (name: string): string => readFileSync(join(dir, name), 'utf8');
const line = (n: number): string => `line ${n}\n`;

function writeLines(file: LogFile, count: number): void {
  for (let n = 1; n <= count; n++) expect(file.write(line(n))).toBeUndefined();
  file.close();
}

test('rotates before a file would exceed its size, and drops the oldest', () => {
  writeLines(new LogFile(dir, 14, 3), 9);
  expect(readdirSync(dir).sort()).toEqual(['hp.1.log', 'hp.2.log', 'hp.log']);
  expect([read('hp.2.log'), read('hp.1.log'), read('hp.log')]).toEqual([line(5) + line(6), line(7) + line(8), line(9)]);
});

test('counts what an earlier run has written', () => {
  writeFileSync(join(dir, 'hp.log'), 'old line\n');
  writeLines(new LogFile(dir, 14, 2), 1);
  expect([read('hp.1.log'), read('hp.log')]).toEqual(['old line\n', line(1)]);
});

test('appends to what an earlier run has written', () => {
  writeFileSync(join(dir, 'hp.log'), 'old line\n');
  writeLines(new LogFile(dir, 100, 2), 1);
  expect(read('hp.log')).toBe('old line\n' + line(1));
});

test('can keep a single file', () => {
  writeLines(new LogFile(dir, 14, 1), 5);
  expect(readdirSync(dir)).toEqual(['hp.log']);
  expect(read('hp.log')).toBe(line(5));
});

test.each([[0, 3], [14, 0]])('zero means no limit (size %d, count %d)', (maxBytes, maxCount) => {
  writeLines(new LogFile(dir, maxBytes, maxCount), 9);
  expect(readdirSync(dir)).toEqual(['hp.log']);
  expect(read('hp.log').split('\n')).toHaveLength(10);
});

test('a line that is longer than a file gets one of its own', () => {
  const file = new LogFile(dir, 10, 5);
  for (const text of ['a\n', `${'b'.repeat(50)}\n`, 'c\n']) file.write(text);
  file.close();
  expect([read('hp.2.log'), read('hp.1.log'), read('hp.log')]).toEqual(['a\n', `${'b'.repeat(50)}\n`, 'c\n']);
});

test('makes its folder, and comes back when it could not', () => {
  const file = new LogFile(join(dir, 'log'), 0, 0);
  writeFileSync(join(dir, 'log'), 'in the way');
  expect(file.write(line(1))).toMatch(/^E/);
  rmSync(join(dir, 'log'));
  expect(file.write(line(2))).toBeUndefined();
  file.close();
  expect(read('log/hp.log')).toBe(line(2));
});

test('goes on in the same file when it cannot rotate', () => {
  const file = new LogFile(dir, 14, 2);
  mkdirSync(join(dir, 'hp.1.log', 'in the way'), { recursive: true });
  const problems = [1, 2, 3, 4, 5].map((n) => file.write(line(n)));
  file.close();
  expect(problems.filter((p) => p !== undefined).length).toBeGreaterThan(0);
  expect(read('hp.log')).toBe([1, 2, 3, 4, 5].map(line).join(''));
});
