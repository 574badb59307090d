import type { ClusterStatus, NodeStatusInfo } from '../../cluster/engine';

/** A node's condition in one word, for icon and text alike. */
export type NodeCondition = 'starting' | 'synced' | 'desync' | 'unreliable' | 'stopping' | 'stopped' | 'crashed';

export function nodeCondition({ state, voteStatus }: NodeStatusInfo): NodeCondition {
  if (state.kind !== 'running') return state.kind;
  return voteStatus === 'unknown' ? 'starting' : voteStatus;
}

/** The cluster's condition, for the status bar. */
export type ClusterCondition =
  /** Ledgers are being created. */
  | 'working'
  /** Nodes run, but have not voted yet. */
  | 'starting'
  /** Too few nodes vote. */
  | 'stalled'
  /** Nodes stand on different ledgers, none with enough votes. */
  | 'forked'
  | 'stopped';

export interface ClusterSummary {
  readonly condition: ClusterCondition;
  /** Members of the UNL that are in sync. */
  readonly voting: number;
  readonly needed: number;
  readonly running: number;
  /** The highest ledger that a node created. */
  readonly ledger: number | undefined;
}

export function summarise({ nodes, quorum }: ClusterStatus): ClusterSummary {
  const running = nodes.filter((n) => n.state.kind === 'running' || n.state.kind === 'starting' || n.state.kind === 'stopping');
  const members = running.filter((n) => n.inUnl);
  const voting = members.filter((n) => n.voteStatus === 'synced' && n.state.kind === 'running').length;
  const ledgers = nodes.flatMap((n) => n.ledger?.seqNo ?? []);
  const ledger = ledgers.length > 0 ? Math.max(...ledgers) : undefined;
  return { condition: condition(members, voting, quorum.needed), voting, needed: quorum.needed, running: running.length, ledger };
}

function condition(members: readonly NodeStatusInfo[], voting: number, needed: number): ClusterCondition {
  if (members.length === 0) return 'stopped';
  if (voting >= needed) return 'working';
  // Fewer than `needed` run: no vote can succeed, whatever they say.
  if (members.length < needed) return 'stalled';
  if (members.some((n) => n.fork)) return 'forked';
  return members.some((n) => n.voteStatus === 'unreliable') ? 'stalled' : 'starting';
}
