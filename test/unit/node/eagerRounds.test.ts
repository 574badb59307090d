import { describe, expect, it } from 'vitest';
import { nextMove, type Situation } from '../../../src/node/consensus/eagerRounds';

// When a round starts and a stage ends (ARCHITECTURE.md, difference x). Round time 2000, stages of 500 ms.

const T = 1_700_000_000_000;

const between: Situation = {
  now: T + 700, stage: undefined, since: T + 100, start: T, lastLedgerTime: T, stageTime: 500, patience: 500, complete: false, heard: undefined, wanted: false, roundDue: T + 2_000,
};
const inStage: Situation = { ...between, stage: 1, since: T + 100, now: T + 200, lastLedgerTime: T - 2_000 };

describe('between two rounds', () => {
  it('nothing happens until the round time, if there is no reason', () => {
    expect(nextMove(between)).toEqual({ kind: 'wait', until: T + 2_000 });
    expect(nextMove({ ...between, now: T + 1_999.9 })).toEqual({ kind: 'wait', until: T + 2_000 });
    expect(nextMove({ ...between, now: T + 2_000 })).toEqual({ kind: 'begin', round: { time: T + 2_000, since: T + 2_000 } });
  });

  it('a round that is wanted starts at once, but not within 20 ms of the end of the last one', () => {
    expect(nextMove({ ...between, wanted: true })).toEqual({ kind: 'begin', round: { time: T + 700, since: T + 700 } });
    expect(nextMove({ ...between, wanted: true, now: T + 119 })).toEqual({ kind: 'wait', until: T + 120 });
    expect(nextMove({ ...between, wanted: true, now: T + 120 })).toMatchObject({ kind: 'begin' });
    // Nor does the round time make it sooner.
    expect(nextMove({ ...between, now: T + 110, roundDue: T + 105 })).toEqual({ kind: 'wait', until: T + 120 });
  });

  it('its time is a whole number, and later than the last ledger by as much, even if others\' clocks are ahead', () => {
    expect(nextMove({ ...between, wanted: true, now: T + 700.4 })).toMatchObject({ round: { time: T + 700 } });
    expect(nextMove({ ...between, wanted: true, lastLedgerTime: T + 690 })).toMatchObject({ round: { time: T + 710 } });
    expect(nextMove({ ...between, now: T + 2_000, lastLedgerTime: T + 2_300 })).toMatchObject({ round: { time: T + 2_320 } });
  });

  it('a round that others began is joined, whatever it is wanted for here, with their time', () => {
    const heard = { time: T + 900, since: T + 650 };
    expect(nextMove({ ...between, heard })).toEqual({ kind: 'begin', round: heard });
    expect(nextMove({ ...between, heard, wanted: true, now: T + 105 })).toEqual({ kind: 'begin', round: heard });
  });

  it('a start that is late for the round time has the time of the grid, and ends its stage when it would have', () => {
    expect(nextMove({ ...between, now: T + 2_040, since: T + 2_010 })).toEqual({ kind: 'begin', round: { time: T + 2_000, since: T + 2_000 } });
  });
});

describe('in a round', () => {
  it('a stage lasts until all proposals are here, or as long as on the grid', () => {
    expect(nextMove(inStage)).toEqual({ kind: 'wait', until: T + 600 });
    expect(nextMove({ ...inStage, complete: true })).toEqual({ kind: 'endStage' });
    expect(nextMove({ ...inStage, now: T + 599.9 })).toMatchObject({ kind: 'wait' });
    expect(nextMove({ ...inStage, now: T + 600 })).toEqual({ kind: 'endStage' });
  });

  it('a smaller start counts in stage 0, and only there', () => {
    const heard = { time: T - 10, since: T + 150 };
    expect(nextMove({ ...inStage, stage: 0, heard })).toEqual({ kind: 'giveWay', time: T - 10 });
    expect(nextMove({ ...inStage, stage: 0, heard, complete: true })).toEqual({ kind: 'giveWay', time: T - 10 });
    expect(nextMove({ ...inStage, stage: 0, heard: { ...heard, time: T + 10 } })).toMatchObject({ kind: 'wait' });
    expect(nextMove({ ...inStage, heard })).toMatchObject({ kind: 'wait' });
  });

  it('the rest is left out when its ledger came from others, or the process stood still', () => {
    expect(nextMove({ ...inStage, lastLedgerTime: T, complete: true })).toEqual({ kind: 'skip' });
    expect(nextMove({ ...inStage, now: T + 1_100 })).toEqual({ kind: 'endStage' });
    expect(nextMove({ ...inStage, now: T + 1_100.1, complete: true })).toEqual({ kind: 'skip' });
  });
});
