import type { Stage } from '../../hotpocket/grid';

/** The least time between the end of a round and the start of the next, and between the times of two ledgers; ms. */
const SHORTEST_PAUSE_MS = 20;

/** What the next step of a node with eager rounds depends on. Times in ms, by this node's clock. */
export interface Situation {
  readonly now: number;
  /** The stage under way; undefined between two rounds. */
  readonly stage: Stage | undefined;
  /** Since when that stage, or the pause, lasts here. */
  readonly since: number;
  /** The time of the round under way, or of the last one. */
  readonly start: number;
  readonly lastLedgerTime: number;
  /** How long the stage under way lasts on the grid. */
  readonly stageTime: number;
  /** By how much a stage's end can be missed until all is out of date. */
  readonly patience: number;
  /** The proposals of all members that are expected are here for this stage, and enough to go on. */
  readonly complete: boolean;
  /** A round that others began; in stage 0 a smaller one than ours. */
  readonly heard: HeardRound | undefined;
  /** An input, or an output for a user, waits. */
  readonly wanted: boolean;
  /** When a round starts without any reason: the next start on the grid. */
  readonly roundDue: number;
}

export interface HeardRound {
  /** The time that travels in its proposals. */
  readonly time: number;
  /** When we heard of it. */
  readonly since: number;
}

export type Move =
  | { readonly kind: 'wait'; readonly until: number }
  /** A round starts, ours or the one we heard of. */
  | { readonly kind: 'begin'; readonly round: HeardRound }
  /** Of concurrent starts the smaller one counts. */
  | { readonly kind: 'giveWay'; readonly time: number }
  | { readonly kind: 'endStage' }
  /** The rest of the round is left out. */
  | { readonly kind: 'skip' };

/**
 * Eager rounds: a round starts when there is a reason to, at the latest at the round time; a stage ends when all has been heard that can
 * be, at the latest when it would on the grid (ARCHITECTURE.md, difference x).
 */
export function nextMove(situation: Situation): Move {
  return situation.stage === undefined ? betweenRounds(situation) : inRound(situation, situation.stage);
}

function betweenRounds({ now, since, lastLedgerTime, heard, wanted, roundDue }: Situation): Move {
  if (heard) return { kind: 'begin', round: heard };
  const earliest = lastLedgerTime + SHORTEST_PAUSE_MS;
  const dueAt = Math.max(wanted ? 0 : roundDue, since + SHORTEST_PAUSE_MS);
  if (now < dueAt) return { kind: 'wait', until: dueAt };
  // One that starts late does not end later: a cluster with a silent member keeps to the round time.
  return { kind: 'begin', round: now < roundDue ? { time: Math.max(Math.floor(now), earliest), since: now } : { time: Math.max(roundDue, earliest), since: roundDue } };
}

function inRound({ now, since, start, lastLedgerTime, stageTime, patience, complete, heard }: Situation, stage: Stage): Move {
  // Its ledger came from others meanwhile, or the process stood still for long.
  if (lastLedgerTime >= start || now > since + stageTime + patience) return { kind: 'skip' };
  if (stage === 0 && heard && heard.time < start) return { kind: 'giveWay', time: heard.time };
  if (complete || now >= since + stageTime) return { kind: 'endStage' };
  return { kind: 'wait', until: since + stageTime };
}
