import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readArguments } from '../../../bench/commandLine.mjs';
import { statistics, verdict, type Figure, type Part } from '../../../bench/figure.mjs';
import { compareFigures, compareText } from '../../../bench/report/compare.mjs';
import { markdown } from '../../../bench/report/markdown.mjs';
import { plot, waits } from '../../../bench/report/plot.mjs';
import { groupText } from '../../../bench/report/terminal.mjs';
import { skippedRounds } from '../../../bench/skipped.mjs';
import { together } from '../../../bench/results.mjs';

const figure = (id: string, values: number[], more: Partial<Figure> = {}): Figure => ({ id, name: `wait ${id}`, unit: 's', values, ...more });
const machine = { cpu: '2 × a <fast> one', memory: '8 GiB', system: 'Linux', node: 'v20', studio: '1.2.3', commit: 'abc', load: 0.1 };
const results = (at: string, ...rows: Figure[]) => ({
  format: 1, at, machine, runs: 5, parts: { waits: { title: 'Waits', about: 'What is waited for.', seconds: 1, groups: [{ title: 'all | of them', rows }] } },
});
const real = { source: 'a recording', figures: { a: { from: 10, to: 20 }, c: { from: 7, to: 7 } } };

describe('a figure', () => {
  it('has a median, a least and a most', () => {
    expect(statistics([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(statistics([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  it('meets its target by its median', () => {
    expect(verdict(figure('a', [1, 2, 9], { most: 2 }))).toBe('met');
    expect(verdict(figure('a', [1, 2.1, 9], { most: 2 }))).toBe('missed');
    expect(verdict(figure('a', [1, 5, 9], { least: 5 }))).toBe('met');
    expect(verdict(figure('a', [1, 4.9, 9], { least: 5 }))).toBe('missed');
    expect(verdict(figure('a', [1, NaN, 9], { most: 2 }))).toBe('missed');
    expect(verdict(figure('a', [1]))).toBeUndefined();
  });
});

describe('a table', () => {
  const [before] = [results('2026-01-01T00:00:00Z', figure('a', [3, 1, 2], { most: 1.5 }), figure('b', [5], { digits: 0 }))];

  it('in the terminal shows targets, ranges, the real engine\'s figures, and what is missed', () => {
    expect(groupText(before.parts.waits.groups[0]!, real).split('\n')).toEqual([
      'all | of them  target  median  range        n  real engine',
      'wait a, s      ≤ 1.5   2.00    1.00 – 3.00  3  10 – 20      missed',
      'wait b, s              5                    1',
    ]);
  });

  it('in BENCHMARKS.md shows the same, the machine, and what failed', () => {
    const text = markdown({ ...before, parts: { ...before.parts, other: { title: 'Others', about: '', seconds: 0, groups: [], failure: 'no <port>\n at x' } } }, real, 'plot.svg');
    expect(text).toContain('| all \\| of them | target | median | range | n | real engine |\n| --- | --: | --: | --: | --: | --: |\n| wait a, s | ≤ 1.5 | **2.00** (missed) | 1.00 – 3.00 | 3 | 10 – 20 |\n| wait b, s |  | 5 |  | 1 |  |');
    expect(text).toContain('Measured 2026-01-01 on: 2 × a <fast> one, 8 GiB; Linux; Node.js v20; HotPocket Studio 1.2.3 (abc).');
    expect(text).toContain('a recording');
    expect(text).toContain('(plot.svg)');
    expect(text).toContain('## Others');
    expect(text).toContain('Measuring failed here: no &lt;port&gt;\n');
  });
});

describe('a comparison', () => {
  const before = results('2026-01-01T00:00:00Z', figure('a', [2, 4, 3]), figure('gone', [1]), figure('zero', [0]));
  const now = results('2026-01-02T00:00:00Z', figure('a', [1, 1.5, 1.9]), figure('new', [1]), figure('zero', [0]));

  it('tells the change of medians and whether ranges overlap, of what both have', () => {
    const rows = compareFigures(before.parts.waits.groups[0]!.rows, now.parts.waits.groups[0]!.rows);
    expect(rows.map(({ figure: { id }, percent, overlap }) => [id, percent, overlap])).toEqual([['a', -50, false], ['zero', undefined, true]]);
    const [wide] = compareFigures([figure('a', [1, 2, 3])], [figure('a', [3, 4, 5])]);
    expect(wide).toMatchObject({ percent: 100, overlap: true });
  });

  it('is a table', () => {
    expect(compareText(before, now).split('\n')[1]).toBe('wait a, s     3.00 (2.00 – 4.00)         1.50 (1.00 – 1.90)      -50.0 %  apart');
    expect(compareText(before, results('2026-01-02T00:00:00Z'))).toBe('The two have no figure in common.');
  });
});

describe('the picture', () => {
  const ms = figure('c', [50, 40, 70], { unit: 'ms', most: 100 });

  it('has the waits of which the real engine\'s are known, on one scale', () => {
    const rows = waits(results('', figure('a', [1, 2, 3], { most: 4 }), figure('b', [1]), ms), real);
    expect(rows).toEqual([
      { name: 'wait a', median: 2, min: 1, max: 3, target: 4, real: { from: 10, to: 20 } },
      { name: 'wait c', median: 0.05, min: 0.04, max: 0.07, target: 0.1, real: { from: 0.007, to: 0.007 } },
    ]);
    const svg = plot(rows);
    // Longer is further to the right, for all three kinds of marks.
    const at = (pattern: RegExp) => [...svg.matchAll(pattern)].map(([, x]) => Number(x)).slice(1);
    for (const [first, second] of [at(/<circle class="ours" cx="([\d.]+)"/g), at(/<rect class="real" x="([\d.]+)"/g), at(/<line class="target" stroke-width="2" x1="([\d.]+)"/g)]) expect(first).toBeGreaterThan(second!);
    expect(svg).toContain('prefers-color-scheme: dark');
  });
});

describe('the command line', () => {
  const part = (title: string): Part => ({ title, about: '', measure: async function* () { /* Nothing is measured here. */ } });
  const parts = { waits: part('Waits'), others: part('Others') };
  const folder = mkdtempSync(join(tmpdir(), 'hotpocket-bench-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('measures all and writes the document, or some and does not', () => {
    expect(readArguments([], parts)).toMatchObject({ names: ['waits', 'others'], runs: 5, write: true });
    expect(readArguments(['others', '--runs', '7'], parts)).toMatchObject({ names: ['others'], runs: 7, write: false });
    expect(readArguments(['--from', 'a', '--from', 'b'], parts)).toMatchObject({ names: [], from: ['a', 'b'], write: false });
    expect(() => readArguments(['neither'], parts)).toThrow('There is no part "neither": waits, others.');
    expect(() => readArguments(['--runs', '0'], parts)).toThrow('--runs 0');
    expect(() => readArguments(['--from', 'a', 'waits'], parts)).toThrow('--from measures nothing');
  });

  it('prints and compares results of files, of a part in both the last', () => {
    const [a, b] = [join(folder, 'a.json'), join(folder, 'b.json')];
    writeFileSync(a, JSON.stringify(results('2026-01-01T00:00:00Z', figure('a', [4]))));
    writeFileSync(b, JSON.stringify(results('2026-01-02T00:00:00Z', figure('a', [2]))));
    const { status, stdout } = spawnSync(process.execPath, ['bench/run.mjs', '--from', a, '--from', b, '--compare', a], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/wait a, s +2\.00/);
    expect(stdout).toContain('-50.0 %');
    const bad = spawnSync(process.execPath, ['bench/run.mjs', '--compare', join(folder, 'c.json')], { encoding: 'utf8' });
    expect(bad.status).toBe(1);
    expect(bad.stderr).toContain('c.json');
    expect(bad.stderr).not.toContain('    at ');
  });
});

it('results of several runs go together part by part', () => {
  const [a, b] = [results('1', figure('a', [1])), { ...results('2'), parts: { other: { title: '', about: '', seconds: 0, groups: [] } } }];
  expect(Object.keys(together([a, b]).parts)).toEqual(['waits', 'other']);
  expect(together([a, b]).at).toBe('2');
});

it('rounds without a ledger are counted by the times of ledgers', () => {
  const at = (...times: number[]) => skippedRounds(times, 1_000, 11_000, 1_000);
  expect(at(2_010, 3_000, 3_990, 5_020, 6_000, 7_000, 8_000, 9_000, 10_000, 10_990)).toBe(0);
  // Two in the middle, and the last.
  expect(at(2_000, 3_000, 6_020, 7_000, 8_000, 9_000, 10_000)).toBe(2);
  expect(at(2_000, 3_000, 6_020, 7_000, 8_000, 9_000)).toBe(3);
  expect(at()).toBe(9);
});
