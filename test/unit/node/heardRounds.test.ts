import { describe, expect, it } from 'vitest';
import { Attendance } from '../../../src/node/consensus/attendance';
import { HeardRounds, type Joinable } from '../../../src/node/consensus/heardRounds';
import { nodeKeys, proposal } from './support/proposals';

const [a, b, c] = nodeKeys.map(({ publicKey }) => publicKey) as [string, string, string];
const NOW = 50_000;
const ALL: Joinable = { after: 0, before: Infinity, since: 0, inStep: true };

/** Proposals as they came: member, time, stage, last ledger. */
function heard(...proposals: readonly (readonly [member: 0 | 1 | 2, time: number, stage: 0 | 1 | 2 | 3, lastLedgerSeqNo?: number])[]): HeardRounds {
  const rounds = new HeardRounds();
  for (const [i, [member, time, stage, lastLedgerSeqNo = 7]] of proposals.entries()) rounds.hear(proposal({ keys: nodeKeys[member]!, time, stage, lastLedgerSeqNo }), NOW + i);
  return rounds;
}

describe('of the rounds that others began', () => {
  it('the smallest is joined, from when it was first heard of', () => {
    expect(heard().next(ALL)).toBeUndefined();
    expect(heard([0, 4_010, 0], [1, 4_000, 0], [2, 4_000, 0]).next(ALL)).toEqual({ time: 4_000, since: NOW + 1 });
  });

  it('none is joined that is over, too far ahead, or too long ago', () => {
    const rounds = heard([0, 4_000, 0], [1, 4_010, 0], [2, 4_020, 0]);
    expect(rounds.next({ ...ALL, after: 4_000 })?.time).toBe(4_010);
    expect(rounds.next({ ...ALL, after: 4_020 })).toBeUndefined();
    expect(rounds.next({ ...ALL, before: 3_999 })).toBeUndefined();
    expect(rounds.next({ ...ALL, since: NOW + 2 })?.time).toBe(4_020);
  });

  it('one that is past its first two stages is none for a node in step; one out of step learns from the newest', () => {
    const rounds = heard([0, 4_000, 3], [1, 4_010, 2]);
    expect(rounds.next(ALL)).toBeUndefined();
    expect(rounds.next({ ...ALL, inStep: false })?.time).toBe(4_010);
    expect(heard([0, 4_000, 1]).next(ALL)?.time).toBe(4_000);
  });

  it('one on a newer ledger goes before one that a node which is behind began', () => {
    expect(heard([0, 4_000, 0, 6], [1, 4_010, 0, 7]).next(ALL)?.time).toBe(4_010);
  });

  it('one that its author left for a smaller one is none any more', () => {
    const rounds = heard([0, 4_010, 0], [1, 4_000, 0], [0, 4_000, 0]);
    expect(rounds.next({ ...ALL, after: 4_000 })).toBeUndefined();
    // Not for one that was before it.
    expect(heard([0, 4_000, 3, 7], [0, 4_010, 0, 8], [0, 4_000, 3, 7]).next({ ...ALL, after: 4_000 })?.time).toBe(4_010);
  });

  it('those up to a time, and members that left the UNL, are forgotten', () => {
    const rounds = heard([0, 4_000, 0], [1, 4_010, 0]);
    rounds.forget(4_000);
    expect(rounds.next(ALL)?.time).toBe(4_010);
    rounds.retain([a]);
    expect(rounds.of(4_010, 0)).toEqual([]);
    expect(rounds.next(ALL)).toBeUndefined();
  });

  it('a member that names many displaces only its own', () => {
    const rounds = heard([1, 4_000, 0], ...Array.from({ length: 100 }, (_, i) => [0, 4_010 + i, 0] as const));
    expect(rounds.all().length).toBeLessThan(10);
    expect(rounds.next(ALL)?.time).toBe(4_000);
  });
});

describe('the proposals of a round', () => {
  const rounds = heard([0, 4_000, 0], [0, 4_000, 1], [0, 4_000, 2], [1, 4_000, 0], [2, 4_000, 2]);

  it('are those that a vote of a stage can use, even if their authors are further on', () => {
    const stages = (stage: 0 | 1 | 2 | 3): number[] => rounds.of(4_000, stage).map((p) => p.stage);
    expect(stages(1)).toEqual([1, 0, 2]);
    expect(stages(3)).toEqual([2, 0, 2]);
  });

  it('are in for a stage once they are here for it, or for a later one', () => {
    expect([a, b, c].map((key) => rounds.isIn(key, 4_000, 1, 7))).toEqual([true, false, true]);
    expect([a, b, c].map((key) => rounds.isIn(key, 4_000, 0, 7))).toEqual([true, true, true]);
    expect(rounds.isIn(a, 4_000, 3, 7)).toBe(false);
  });

  it('will not come any more from a member that is on the next ledger, but may from one that began another round', () => {
    const others = heard([0, 4_500, 0, 8], [1, 4_010, 0, 7]);
    expect([a, b].map((key) => others.isIn(key, 4_000, 3, 7))).toEqual([true, false]);
  });

  it('tell how long others may be busy with it', () => {
    expect(heard().busyUntil(0, 500)).toBe(-Infinity);
    expect(rounds.busyUntil(3_999, 500)).toBe(NOW + 4 + 500);
    expect(rounds.busyUntil(4_000, 500)).toBe(-Infinity);
    expect(heard([0, 4_000, 3]).busyUntil(0, 500)).toBe(-Infinity);
  });
});

describe('a member is waited for', () => {
  it('while it is connected, or was heard in the last round by way of others', () => {
    const attendance = new Attendance();
    attendance.peers([a]);
    attendance.heard(b, NOW);
    expect([a, b, c].map((key) => attendance.isExpected(key))).toEqual([true, true, false]);
    attendance.roundOver([a]);
    expect([a, b, c].map((key) => attendance.isExpected(key))).toEqual([true, false, false]);
    expect([attendance.heardOn(b), attendance.heardOn(c)]).toEqual([NOW, 0]);
  });

  it('no longer once its connection is gone', () => {
    const attendance = new Attendance();
    attendance.peers([a, b]);
    attendance.heard(a, NOW);
    attendance.peers([b]);
    expect([a, b].map((key) => attendance.isExpected(key))).toEqual([false, true]);
  });
});
