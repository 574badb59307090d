import { beforeEach, describe, expect, it } from 'vitest';
import { contractMs, ROUND_PHASES, type RoundProfile } from '../../../src/base/roundProfile';
import { ClusterClock } from '../../../src/node/debug/clusterClock';
import { RoundProfiler } from '../../../src/node/profile/roundProfiler';
import { ManualClock } from '../../support/manualClock';

const START = 1_700_000_000_000;
let wall: ManualClock;
let clock: ClusterClock;
let told: RoundProfile[];
let profiler: RoundProfiler;
beforeEach(() => {
  wall = new ManualClock(START);
  clock = new ClusterClock(undefined, wall);
  told = [];
  profiler = new RoundProfiler(clock, (round) => told.push(round));
});

const pass = (ms: number) => wall.advance(ms);
const commit = (seqNo: number, ms: number) => profiler.commit(seqNo, { roundTime: 2000, budgetMs: 300 }, () => pass(ms));

/** What a node does in a round, with the time that it takes. */
function round(seqNo: number, { reads = true, executed = true }: { reads?: boolean; executed?: boolean } = {}): void {
  profiler.propose();
  pass(1); // The proposals are looked through, and a ledger is to be written.
  commit(seqNo, 2);
  pass(3); // Statuses and outputs are sent.
  profiler.enter('prepare');
  profiler.rest();
  pass(5);
  profiler.enter('start');
  pass(7);
  if (executed) profiler.executed();
  pass(11);
  const readAt = clock.elapsed();
  pass(2); // Only then it is seen.
  if (reads) profiler.readArguments(readAt);
  // A proposal comes while the contract runs.
  profiler.propose();
  pass(11);
  profiler.rest();
  profiler.exited();
  pass(17);
  profiler.enter('hash');
  pass(19);
  profiler.scanned({ looked: 40, hashed: 2 });
  profiler.enter('record');
  pass(23);
  profiler.enter('wait');
  for (let stage = 0; stage < 3; stage++) {
    profiler.propose();
    pass(1.25);
    profiler.rest();
    pass(500);
  }
}

describe('a round', () => {
  it('is told when the next ledger is written, with what took how long', () => {
    round(7);
    expect(told).toEqual([]);
    round(8);
    expect(told).toEqual([{
      ledgerSeqNo: 7,
      at: START + 1,
      roundTime: 2000,
      budgetMs: 300,
      totalMs: 2 + 3 + 5 + 18 + 13 + 17 + 19 + 23 + 3.75 + 1500 + 1,
      phases: { commit: 2, prepare: 5, start: 18, run: 13, finish: 17, hash: 19, record: 23, propose: 3 + 3.75 + 1, wait: 1500 },
      started: 'read',
      files: { looked: 40, hashed: 2 },
      beside: { keep: 0, snapshot: 0 },
      reads: { count: 0, totalMs: 0, longestMs: 0 },
      debugged: false,
    }]);
    expect(contractMs(told[0]!)).toBe(5 + 18 + 13 + 17 + 19 + 23);
  });

  it('has phases that add up to it, and is followed by the next one without a gap', () => {
    for (let seqNo = 1; seqNo <= 4; seqNo++) round(seqNo);
    for (const { phases, totalMs } of told) expect(ROUND_PHASES.reduce((sum, phase) => sum + phases[phase], 0)).toBeCloseTo(totalMs, 2);
    expect(told.map(({ at }) => at - START)).toEqual([0, 1, 2].map((i) => 1 + i * told[0]!.totalMs));
  });

  it('counts a program that never reads its arguments as running from when it was executed', () => {
    round(1, { reads: false });
    round(2);
    expect(told[0]).toMatchObject({ started: 'executed', phases: { start: 7, run: 11 + 13 } });
  });

  it('counts one that could not be executed as starting', () => {
    round(1, { reads: false, executed: false });
    round(2);
    expect(told[0]).toMatchObject({ started: 'not', phases: { start: 7 + 11 + 13, run: 0, finish: 17 } });
  });

  it('is none while the node catches up, nor before its first ledger', () => {
    round(1);
    profiler.forget();
    pass(9000);
    round(20);
    expect(told).toEqual([]);
    round(21);
    expect(told.map(({ ledgerSeqNo }) => ledgerSeqNo)).toEqual([20]);
  });

  it('takes no time while the clock is held for a debugger', () => {
    commit(1, 0);
    profiler.enter('start');
    profiler.debugged();
    pass(10);
    clock.set({ behind: 0, heldAt: clock.now() });
    pass(60_000);
    clock.set({ behind: 60_000 });
    pass(5);
    profiler.exited();
    commit(2, 0);
    expect(told[0]).toMatchObject({ debugged: true, totalMs: 15, phases: { start: 15 } });
  });

  it('has what went on beside it', async () => {
    commit(1, 0);
    await profiler.beside('keep', async () => Promise.resolve(pass(30)));
    await profiler.beside('snapshot', async () => Promise.resolve(pass(4)));
    await expect(profiler.beside('snapshot', () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    for (const ms of [50, 90, 70]) profiler.read(ms);
    commit(2, 0);
    expect(told[0]).toMatchObject({ beside: { keep: 30, snapshot: 4 }, reads: { count: 3, totalMs: 210, longestMs: 90 } });
    commit(3, 0);
    expect(told[1]).toMatchObject({ beside: { keep: 0, snapshot: 0 }, reads: { count: 0 } });
  });
});
