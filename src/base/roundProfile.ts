/** What a node does between one ledger and the next, in this order; `propose` and `wait` take turns after `record`. */
export const ROUND_PHASES = ['commit', 'prepare', 'start', 'run', 'finish', 'hash', 'record', 'propose', 'wait'] as const;

/**
 * `commit` writes the ledger to disk. `prepare` waits until the state may be run on. `start` is the contract's process until it has read its
 * arguments, `run` from there until it exits, `finish` ends what it left running, reads its outputs and runs post_exec.sh. `hash` is the
 * state's, `record` writes down the outcome. `propose` is the work on proposals, votes and messages, `wait` all the rest of the time.
 */
export type RoundPhase = (typeof ROUND_PHASES)[number];

/** The phases that the contract is the reason for. Until they are over the node proposes nothing (reference 3.3). */
export const CONTRACT_PHASES: readonly RoundPhase[] = ['prepare', 'start', 'run', 'finish', 'hash', 'record'];

/** Where a node's time went, from writing one ledger to writing the next. All durations in ms. */
export interface RoundProfile {
  /** The ledger it began with, whose inputs the contract got. */
  readonly ledgerSeqNo: number;
  /** When it began, ms since 1970 by the cluster's clock. */
  readonly at: number;
  /** The configured round time. */
  readonly roundTime: number;
  /** How long the contract may take in it; longer runs cost a ledger or more. Absent for eager rounds, which wait for all. */
  readonly budgetMs?: number;
  /** To the next ledger. The phases add up to it. */
  readonly totalMs: number;
  readonly phases: Readonly<Record<RoundPhase, number>>;
  /** What the node saw as the end of `start`: that the arguments were read, or for a program that never reads them that it was executed. */
  readonly started: 'read' | 'executed' | 'not';
  /** Files of the state: all that were looked at, and those that were read and hashed again. Absent if no contract ran. */
  readonly files?: { readonly looked: number; readonly hashed: number };
  /** Work beside the round: making the state restorable, and ready for read requests. */
  readonly beside: { readonly keep: number; readonly snapshot: number };
  /** Read requests that ended meanwhile. */
  readonly reads: { readonly count: number; readonly totalMs: number; readonly longestMs: number };
  /** A debugger had to do with it: its times are not those of the contract alone. */
  readonly debugged: boolean;
}

/** What the contract costs a round. */
export function contractMs({ phases }: RoundProfile): number {
  return CONTRACT_PHASES.reduce((sum, phase) => sum + phases[phase], 0);
}
