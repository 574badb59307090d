import { describe, expect, it } from 'vitest';
import { RoundHistory } from '../../../../src/cluster/profile/history';
import { statisticsOf } from '../../../../src/cluster/profile/statistics';
import { roundOf } from '../../../support/rounds';

const runs = (...durations: number[]) => durations.map((run, i) => roundOf(i + 1, { phases: { run } }));
const phase = (name: string, ...durations: number[]) => statisticsOf(runs(...durations))?.phases.find((one) => one.phase === name);

describe('the statistics of rounds', () => {
  it('are none of none', () => {
    expect(statisticsOf([])).toBeUndefined();
  });

  it('have the median of an odd and an even number of rounds, in whatever order', () => {
    expect(phase('run', 9)).toMatchObject({ medianMs: 9, p95Ms: 9 });
    expect(phase('run', 30, 10, 20)).toMatchObject({ medianMs: 20, p95Ms: 30 });
    expect(phase('run', 40, 10, 20, 30)).toMatchObject({ medianMs: 25, p95Ms: 40 });
  });

  it('have the duration that 19 of 20 rounds keep', () => {
    const durations = Array.from({ length: 20 }, (_, i) => i + 1);
    expect(phase('run', ...durations)?.p95Ms).toBe(19);
    expect(phase('run', ...durations.map((ms) => ms * 2), 1000)?.p95Ms).toBe(40);
  });

  it('have shares that add up to all of the time', () => {
    const statistics = statisticsOf([roundOf(1), roundOf(2, { totalMs: 4000, phases: { run: 700 } }), roundOf(3, { totalMs: 214 })])!;
    expect(statistics.phases.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(statistics.phases.find((one) => one.phase === 'run')?.share).toBeCloseTo((5 + 700 + 5) / 6214, 12);
    expect(statistics.total).toEqual({ medianMs: 2000, p95Ms: 4000 });
  });

  it('count as the contract all that it is the reason for', () => {
    expect(statisticsOf([roundOf(7, { phases: { prepare: 4 } })])).toMatchObject({ rounds: 1, ledgers: { first: 7, last: 7 }, contract: { medianMs: 45, p95Ms: 45 } });
  });

  it('count files only where a contract ran, and read requests of all rounds', () => {
    const idle = { started: 'not' as const, files: undefined as never };
    expect(statisticsOf([roundOf(1, idle)])).not.toHaveProperty('files');
    const some = [roundOf(1, idle), roundOf(2, { files: { looked: 10, hashed: 4 }, reads: { count: 2, totalMs: 150, longestMs: 90 } }), roundOf(3, { files: { looked: 20, hashed: 1 }, reads: { count: 1, totalMs: 30, longestMs: 30 } })];
    expect(statisticsOf(some)).toMatchObject({ started: 'read', files: { looked: 15, hashed: 2.5 }, reads: { count: 3, meanMs: 60, longestMs: 90 } });
  });
});

describe('advice', () => {
  it('is given only when the contract needs more than a round has room for', () => {
    expect(statisticsOf(runs(264))?.advice).toBeUndefined();
    expect(statisticsOf(runs(265))?.advice).toEqual({ contractMs: 301, budgetMs: 300, dominant: 'run', roundTime: 2100 });
  });

  it('goes by what is usual, not by a round that was slow', () => {
    expect(statisticsOf(runs(10, 10, 5000))?.advice).toBeUndefined();
  });

  it.each(['prepare', 'start', 'run', 'finish', 'hash', 'record'] as const)('names %s when that takes most of it', (name) => {
    expect(statisticsOf([roundOf(1, { phases: { [name]: 600 } })])?.advice).toMatchObject({ dominant: name });
  });

  it('is none about phases that are not the contract\'s, nor where there is no room at all, nor in eager rounds', () => {
    expect(statisticsOf([roundOf(1, { phases: { propose: 900 } })])?.advice).toBeUndefined();
    expect(statisticsOf([roundOf(1, { budgetMs: 0 })])?.advice).toBeUndefined();
    const { budgetMs: _budgetMs, ...eager } = roundOf(1, { totalMs: 900, phases: { run: 800 } });
    expect(statisticsOf([eager])?.advice).toBeUndefined();
  });
});

describe('the history of rounds', () => {
  const numbers = (history: RoundHistory, node = 1) => history.of(node).map(({ ledgerSeqNo }) => ledgerSeqNo);

  it('keeps the last ones of each node', () => {
    const history = new RoundHistory(3);
    for (let i = 1; i <= 5; i++) history.add(1, roundOf(i));
    history.add(2, roundOf(9));
    expect([numbers(history), numbers(history, 2), numbers(history, 3)]).toEqual([[3, 4, 5], [9], []]);
    history.clear();
    expect(numbers(history)).toEqual([]);
  });

  it('begins anew when ledgers do', () => {
    const history = new RoundHistory();
    for (const i of [7, 8, 9, 1, 2]) history.add(1, roundOf(i));
    expect(numbers(history)).toEqual([1, 2]);
  });

  it('takes in what was before, once', () => {
    const history = new RoundHistory(4);
    history.add(1, roundOf(5));
    history.addBefore(1, [2, 3, 4, 5, 6].map((i) => roundOf(i)));
    expect(numbers(history)).toEqual([2, 3, 4, 5]);
    history.addBefore(2, [1, 2].map((i) => roundOf(i)));
    expect(numbers(history, 2)).toEqual([1, 2]);
  });
});
