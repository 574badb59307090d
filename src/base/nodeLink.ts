import type { ClockSetting, Debuggee, DebugOrder, RunKind } from './debugLink';
import type { NodeFaults } from './faults';
import type { LedgerInfo, LedgersQuery } from './ledgers';
import type { RoundProfile } from './roundProfile';
import type { RoundsMode } from './rounds';

/**
 * What a node tells its supervisor, over the IPC channel it was started with. Status comes from these facts and never
 * from a user session, because a connected user would show up in the contract's `users` and in hashes.
 */
export type NodeFact =
  /** All ports are open. Sent once. */
  | { readonly type: 'ready'; readonly publicKey: string; readonly role: 'validator' | 'observer'; readonly userPort: number; readonly peerPort: number; readonly contractId: string }
  /** Configuration under consensus, at start and whenever it changes. */
  | { readonly type: 'config'; readonly roundTime: number; readonly threshold: number; readonly needed: number; readonly unl: readonly string[]; readonly binPath: string; readonly binArgs: string }
  /** Result of a stage's vote; `votes` are those received, own included. */
  | { readonly type: 'vote'; readonly stage: 1 | 2 | 3; readonly status: VoteStatusText; readonly votes: number; readonly needed: number; readonly fork: boolean }
  | ({ readonly type: 'ledger' } & LedgerInfo)
  /** The answer to the question with this number, newest first. */
  | { readonly type: 'ledgers'; readonly question: number; readonly ledgers: readonly LedgerInfo[] }
  | { readonly type: 'peers'; readonly peers: readonly string[]; readonly weaklyConnected: boolean }
  | { readonly type: 'users'; readonly users: readonly string[] }
  | { readonly type: 'run'; readonly phase: 'started' | 'ended'; readonly kind: RunKind; readonly ledgerSeqNo: number; readonly pid: number }
  /** A round is over: the next ledger is about to be written. */
  | { readonly type: 'round'; readonly round: RoundProfile }
  /** A debugged contract process waits for its debugger. */
  | { readonly type: 'debuggee'; readonly debuggee: Omit<Debuggee, 'node'> }
  /** A debugged contract process is gone, or no longer debugged. */
  | { readonly type: 'debuggeeEnded'; readonly run: number }
  /** The node asks that the cluster's clock be held for a debugged run, and says when it need not be any more. */
  | { readonly type: 'hold'; readonly run: number; readonly wanted: boolean; readonly kind: RunKind; readonly ledgerSeqNo: number }
  /** The clock was set as the command with this number said. */
  | { readonly type: 'clockSet'; readonly number: number };

export type VoteStatusText = 'unknown' | 'unreliable' | 'desync' | 'synced';

/** What the supervisor tells a node. A node whose channel closes stops by itself, as on SIGTERM. */
export type NodeCommand =
  | { readonly type: 'stop' }
  /** When rounds start from now on; until the first such command on the grid. */
  | { readonly type: 'rounds'; readonly mode: RoundsMode }
  /** What is done to this node on purpose, in place of what was. */
  | { readonly type: 'faults'; readonly faults: NodeFaults }
  /** Answered by `ledgers`. */
  | { readonly type: 'tellLedgers'; readonly question: number; readonly query: LedgersQuery }
  | { readonly type: 'setClock'; readonly number: number; readonly setting: ClockSetting }
  /** The clock is held in all of the cluster: the run may begin. */
  | { readonly type: 'held'; readonly run: number }
  /** Replaces the order there is; without one nothing is debugged any more, and what was is let go. */
  | { readonly type: 'debug'; readonly order?: DebugOrder }
  /** Nobody will debug this process: it runs on by itself. */
  | { readonly type: 'letGo'; readonly run: number };

/** Facts that stand until the next one of their type; the others are events. */
export type LastingFact = 'ready' | 'config' | 'vote' | 'ledger' | 'peers' | 'users';

export function isLasting(fact: NodeFact): fact is Extract<NodeFact, { type: LastingFact }> {
  return ['ready', 'config', 'vote', 'ledger', 'peers', 'users'].includes(fact.type);
}
