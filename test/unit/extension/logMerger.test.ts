import { describe, expect, it } from 'vitest';
import { formatLogLine } from '../../../src/hotpocket/logLine';
import { LogMerger } from '../../../src/extension/logs/logMerger';

const DAY = new Date(2026, 10, 23, 12, 0, 0, 0).getTime();
const LIMITS = { lines: 100, chars: 1_000_000 };
/** A line of a node, `ms` after noon. */
const stamped = (ms: number, text: string): string => `${formatLogLine(new Date(DAY + ms), 'inf', text)}\n`;
const shown = ({ lines }: ReturnType<LogMerger['take']>): string[] => lines.map(({ node, line }) => `${node} ${line.replace(/^\d{8} [\d:.]+ \[\w+\]\[\w+\] /, '').trimEnd()}`);

describe('LogMerger', () => {
  it('orders what several nodes wrote by time, and waits for those that are late', () => {
    const merger = new LogMerger(LIMITS);
    merger.push(1, [stamped(10, 'a'), stamped(30, 'c')].join(''), 1_000);
    merger.push(2, [stamped(20, 'b')].join(''), 1_100);
    expect(merger.nextAt).toBe(1_150);
    expect(merger.take(1_149).lines).toEqual([]);
    expect(shown(merger.take(1_150))).toEqual(['1 a']);
    expect(merger.nextAt).toBe(1_250);
    expect(shown(merger.take(1_250))).toEqual(['2 b', '1 c']);
    expect(merger.nextAt).toBeUndefined();
  });

  it('keeps lines without a stamp with the line before them', () => {
    const merger = new LogMerger(LIMITS);
    merger.push(1, ['half a line\n', stamped(10, 'ledger'), 'contract 1\n', '    at x (/a.js:1:2)\n'].join(''), 0);
    merger.push(2, [stamped(5, 'before'), stamped(10, 'ledger'), 'contract 2\n', '    at y\n'].join(''), 0);
    merger.push(3, [stamped(11, 'after')].join(''), 0);
    expect(shown(merger.take(150))).toEqual(['1 half a line', '2 before', '1 ledger', '1 contract 1', '1     at x (/a.js:1:2)', '2 ledger', '2 contract 2', '2     at y', '3 after']);
  });

  it('puts what a contract prints later where the order stands, and keeps it together', () => {
    const merger = new LogMerger(LIMITS);
    merger.push(1, [stamped(0, 'ledger')].join(''), 0);
    merger.push(2, [stamped(40, 'later')].join(''), 40);
    expect(shown(merger.take(200))).toEqual(['1 ledger', '2 later']);
    merger.push(1, ['Error: x\n'].join(''), 300);
    merger.push(2, [stamped(310, 'next')].join(''), 310);
    merger.push(1, ['    at y\n'].join(''), 320);
    expect(shown(merger.take(460))).toEqual(['1 Error: x', '1     at y', '2 next']);
  });

  it('is not held up by a contract that never stops printing', () => {
    const merger = new LogMerger(LIMITS);
    merger.push(1, [stamped(0, 'ledger')].join(''), 0);
    const waits: number[] = [];
    const taken: string[] = [];
    for (let now = 20; now < 5_000; now += 20) {
      merger.push(1, [`output ${now}\n`].join(''), now);
      merger.push(3, [`more output ${now}\n`].join(''), now + 5);
      if (now % 100 === 0) merger.push(2, [stamped(now, `at ${now}`)].join(''), now);
      for (const text of shown(merger.take(now + 10))) {
        taken.push(text);
        const at = /^2 at (\d+)/.exec(text)?.[1];
        if (at) waits.push(now + 10 - Number(at));
      }
    }
    expect(waits.length).toBeGreaterThan(40);
    expect(Math.max(...waits)).toBeLessThan(500);
    expect(taken.filter((text) => text.startsWith('1 output')).map((text) => Number(text.slice(9)))).toEqual(Array.from({ length: taken.filter((text) => text.startsWith('1 output')).length }, (_, i) => 20 * (i + 1)));
  });

  it('keeps the order of one node, whatever its stamps say', () => {
    const merger = new LogMerger(LIMITS);
    const fs = '20261123 12:00:00 [inf][fs] hpfs\n';
    merger.push(1, [stamped(900, 'a'), fs, stamped(950, 'b')].join(''), 0);
    merger.push(2, [stamped(500, 'x')].join(''), 0);
    expect(shown(merger.take(150))).toEqual(['2 x', '1 a', '1 hpfs', '1 b']);
    // An hour back, as clocks go in autumn.
    merger.push(1, [stamped(1_000, 'c'), stamped(1_500 - 3_600_000, 'd'), 'output\n', stamped(1_600 - 3_600_000, 'e')].join(''), 1_000);
    merger.push(2, [stamped(1_550 - 3_600_000, 'y')].join(''), 1_000);
    const taken = shown(merger.take(2_000));
    expect(taken.filter((text) => text.startsWith('1'))).toEqual(['1 c', '1 d', '1 output', '1 e']);
    expect(taken).toContain('2 y');
    expect(merger.nextAt).toBeUndefined();
  });

  it('lets a node that floods have its last lines only, and counts the others', () => {
    const merger = new LogMerger({ ...LIMITS, lines: 10 });
    merger.push(1, [stamped(0, 'ledger'), ...Array.from({ length: 200 }, (_, i) => `output ${i}\n`)].join(''), 0);
    merger.push(2, [stamped(1, 'b')].join(''), 0);
    const taken = merger.take(150);
    expect(shown(taken)).toEqual([...Array.from({ length: 10 }, (_, i) => `1 output ${190 + i}`), '2 b']);
    expect(taken.leftOut).toBe(191);
    // It gathers for a second then, while other nodes wait.
    merger.push(1, Array.from({ length: 20 }, (_, i) => `more ${i}\n`).join(''), 200);
    merger.push(2, stamped(210, 'c'), 200);
    expect(merger.nextAt).toBe(1_150);
    expect(merger.take(1_150)).toMatchObject({ leftOut: 10 });
    expect(merger.nextAt).toBeUndefined();
  });

  it('puts pieces of lines together, and shows what is overlong in parts', () => {
    const merger = new LogMerger(LIMITS);
    const text = stamped(0, 'in pieces');
    for (const [i, char] of [...text].entries()) merger.push(1, char, i);
    expect(shown(merger.take(20))).toEqual([]);
    merger.push(1, 'x'.repeat(70_000), 100);
    expect(shown(merger.take(500))).toEqual(['1 in pieces', `1 ${'x'.repeat(70_000)}`]);
    merger.push(1, 'end\n', 600);
    expect(shown(merger.take(1_000))).toEqual(['1 end']);
  });

  it('forgets the beginning of a line when the log begins anew', () => {
    const merger = new LogMerger(LIMITS);
    merger.push(1, 'half', 0);
    merger.take(150);
    merger.forget(1);
    merger.push(1, 'new\n', 200);
    expect(shown(merger.take(400))).toEqual(['1 new']);
  });
});
