import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const tests = join(import.meta.dirname, '..');

// Files of test/process run at the same time, and each begins its ports at a number that it names (CONTRIBUTING.md).
it('no file of test/process has a port of another one', () => {
  const files = [...readdirSync(join(tests, 'process')).filter((name) => name.endsWith('.test.ts')).map((name) => join('process', name)), join('fuzz', 'live.ts')];
  const holders = new Map<string, string[]>();
  for (const file of files) {
    const ports = readFileSync(join(tests, file), 'utf8').match(/\b[12][89]_?\d{3}\b/g) ?? [];
    for (const port of new Set(ports.map((text) => text.replace('_', '')))) holders.set(port, [...(holders.get(port) ?? []), file]);
  }
  expect(holders.size).toBeGreaterThan(50);
  expect([...holders].filter(([, { length }]) => length > 1)).toEqual([]);
});
