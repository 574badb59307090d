import type { Stage } from '../../hotpocket/grid';
import type { Hex } from '../../hotpocket/hash';
import type { Ledger } from '../../hotpocket/ledger';
import { votesNeeded } from '../../hotpocket/thresholds';
import { Attendance } from './attendance';
import { nextMove, type Move } from './eagerRounds';
import { HeardRounds } from './heardRounds';
import type { Proposal } from './proposal';
import type { Rounds } from './rounds';
import type { ConsensusConfig } from './types';

/** What the next move depends on besides time and what was heard. */
export interface Standpoint {
  readonly config: ConsensusConfig;
  readonly last: Ledger;
  readonly inStep: boolean;
  /** An input, or an output for a user, waits. */
  readonly isWanted: () => boolean;
}

/** When a node does what: on the grid as its rounds say, or eagerly, as what it heard of the others says, too. */
export class Pace {
  eager = false;
  readonly attendance = new Attendance();
  private readonly heard = new HeardRounds();

  constructor(public rounds: Rounds) {}

  hear(proposal: Proposal, now: number): void {
    this.attendance.heard(proposal.pubkey, now);
    if (this.eager) this.heard.hear(proposal, now);
  }

  /** What was proposed in the round under way, for the vote of a stage. */
  proposals(stage: Stage): Proposal[] {
    return this.heard.of(this.rounds.start, stage);
  }

  /** Forgets members that are no longer in the UNL. */
  retain(unl: readonly Hex[]): void {
    this.heard.retain(unl);
  }

  /** `known`: what was heard so far. */
  toEager(now: number, under: Parameters<Rounds['becomeEager']>[1], known: readonly Proposal[]): void {
    this.eager = true;
    this.rounds.becomeEager(now, under);
    for (const proposal of known) this.heard.hear(proposal, now);
  }

  /** Goes over to the grid; what was heard so far is to be taken in. */
  toGrid(): Proposal[] {
    const known = this.heard.all();
    this.eager = false;
    this.heard.forget(Infinity);
    return known;
  }

  /** Out of the rest of this round, if there is any. */
  leaveRound(now: number): void {
    const { rounds, heard } = this;
    if (!this.eager) return rounds.skip();
    this.attendance.roundOver(heard.of(rounds.start, 3).map(({ pubkey }) => pubkey));
    heard.forget(rounds.left);
    rounds.rest(now);
  }

  /** Eager rounds: what is to be done now. */
  next(now: number, { config: { roundTime, unl, threshold, publicKey }, last, inStep, isWanted }: Standpoint): Move {
    const { rounds, heard } = this;
    const { current: stage, stageTime, patience, since, start } = rounds;
    const joinable = { after: Math.max(last.time, rounds.left), before: Math.max(now, last.time) + roundTime / 2, since: now - 2 * patience, inStep };
    return nextMove({
      now, stage, stageTime, patience, since, start,
      lastLedgerTime: last.time,
      complete: stage !== undefined && this.isComplete(stage, unl, publicKey, last.seqNo, votesNeeded(threshold, unl.length)),
      heard: stage === undefined || stage === 0 ? heard.next(joinable) : undefined,
      wanted: stage === undefined && isWanted(),
      roundDue: rounds.roundDue(now, heard.busyUntil(last.time, patience)),
    });
  }

  /** Without the proposals that a vote needs, the stage lasts as long as on the grid: some may come by way of others. */
  private isComplete(stage: Stage, unl: readonly Hex[], own: Hex, lastSeqNo: number, needed: number): boolean {
    const isIn = (key: Hex): boolean => this.heard.isIn(key, this.rounds.start, stage, lastSeqNo);
    return unl.every((key) => key === own || !this.attendance.isExpected(key) || isIn(key)) && unl.filter(isIn).length >= needed;
  }
}
