import { ROUND_PHASES, type RoundPhase, type RoundProfile } from '../../src/base/roundProfile';

/** A round of 2000 ms in which the contract takes 41 ms, except as told; what is not told of it, it waits. */
export function roundOf(ledgerSeqNo: number, changes: Partial<Omit<RoundProfile, 'phases' | 'ledgerSeqNo'>> & { readonly phases?: Partial<Record<RoundPhase, number>> } = {}): RoundProfile {
  const phases = { commit: 1, prepare: 0, start: 30, run: 5, finish: 1, hash: 3, record: 2, propose: 8, wait: 0, ...changes.phases };
  const totalMs = changes.totalMs ?? 2000;
  if (changes.phases?.wait === undefined) phases.wait = totalMs - ROUND_PHASES.reduce((sum, phase) => sum + phases[phase], 0);
  return {
    at: 1_700_000_000_000 + 2000 * ledgerSeqNo, roundTime: 2000, budgetMs: 300, started: 'read', files: { looked: 10, hashed: 1 },
    beside: { keep: 4, snapshot: 2 }, reads: { count: 0, totalMs: 0, longestMs: 0 }, debugged: false,
    ...changes,
    ledgerSeqNo, totalMs, phases,
  };
}
