import type { ClusterStatus, NodeState, NodeStatusInfo } from '../../cluster/engine';
import { runsOrWill } from '../../cluster/nodeState';

/** A node's condition in one word, for icon and text alike. */
export type NodeCondition = 'starting' | 'synced' | 'desync' | 'unreliable' | 'stopping' | 'paused' | 'stopped' | 'interrupted' | 'crashed';

export function nodeCondition({ state, voteStatus }: NodeStatusInfo): NodeCondition {
  if (state.kind === 'stopped') return state.interrupted ? 'interrupted' : 'stopped';
  if (state.kind !== 'running') return state.kind;
  return voteStatus === 'unknown' ? 'starting' : voteStatus;
}

/** The node has a process. */
export function isActive({ kind }: NodeState): boolean {
  return kind === 'starting' || kind === 'running' || kind === 'stopping' || kind === 'paused';
}

/** Starting the node does something: it has no process, whoever ended it, or one that stands still. */
export function isStartable({ kind }: NodeState): boolean {
  return kind === 'stopped' || kind === 'crashed' || kind === 'paused';
}

/** Stopping the node does something. */
export function isStoppable(state: NodeState): boolean {
  return state.kind === 'paused' || runsOrWill(state);
}

/** The cluster's condition, for the status bar. */
export type ClusterCondition =
  /** Ledgers are being created. */
  | 'working'
  /** Enough nodes run, but they have not voted yet, or catch up. */
  | 'waiting'
  /** Too few nodes vote. */
  | 'stalled'
  /** Nodes stand on different ledgers, none with enough votes. */
  | 'forked'
  | 'stopped'
  /** Nodes should run, but do not: their supervisor is gone. */
  | 'interrupted';

export interface ClusterSummary {
  readonly condition: ClusterCondition;
  /** Members of the UNL whose votes come together. */
  readonly voting: number;
  readonly needed: number;
  /** So many members run that a vote can succeed. */
  readonly possible: boolean;
  readonly running: number;
  /** The highest ledger that a node created. */
  readonly ledger: number | undefined;
}

export function summarise({ nodes, quorum }: ClusterStatus): ClusterSummary {
  // One that is told to stop still runs, but is not counted on any more.
  const members = nodes.filter((n) => n.inUnl && (n.state.kind === 'running' || n.state.kind === 'starting'));
  const synced = members.filter((n) => nodeCondition(n) === 'synced').length;
  const received = members.map((n) => (n.voteStatus === 'unreliable' ? (n.votes?.received ?? 0) : 0));
  return {
    condition: members.length === 0 ? rest(nodes) : condition(members, synced, quorum.needed),
    voting: Math.min(Math.max(synced, ...received), members.length),
    needed: quorum.needed,
    possible: members.length >= quorum.needed,
    running: nodes.filter((n) => isActive(n.state)).length,
    ledger: highestLedger(nodes),
  };
}

function rest(nodes: readonly NodeStatusInfo[]): ClusterCondition {
  return nodes.some((n) => nodeCondition(n) === 'interrupted') ? 'interrupted' : 'stopped';
}

function highestLedger(nodes: readonly NodeStatusInfo[]): number | undefined {
  const ledgers = nodes.flatMap((n) => n.ledger?.seqNo ?? []);
  return ledgers.length > 0 ? Math.max(...ledgers) : undefined;
}

function condition(members: readonly NodeStatusInfo[], synced: number, needed: number): ClusterCondition {
  // What a node said of its last vote is old news as soon as fewer than `needed` run: no vote can succeed.
  if (members.length < needed) return 'stalled';
  if (synced >= needed) return 'working';
  if (members.some((n) => n.fork)) return 'forked';
  return members.some((n) => n.voteStatus === 'unreliable') ? 'stalled' : 'waiting';
}
