import { durationText, millisecondsText } from '../base/quantities';
import type { ClusterStatus, NodeState, NodeStatusInfo } from '../cluster/engine';

/** A cluster's status for people. */
export function statusText(status: ClusterStatus): string {
  const { needed, of, tolerates } = status.quorum;
  const head = [
    `Cluster ${status.name} (${status.engine}), ${status.nodes.length} nodes, round time ${millisecondsText(status.roundTime)}${status.rounds === 'eager' ? ', eager rounds' : ''}`,
    `Contract ${status.contractId}${status.contractPath === undefined ? '' : ` from ${status.contractPath}`}`,
    `Consensus needs ${needed} of ${of} votes: ${tolerates === 0 ? 'no node may be down' : `${tolerates} may be down`}`,
  ];
  const debugging = debuggingText(status);
  const interrupted = status.nodes.filter(({ state }) => state.kind === 'stopped' && state.interrupted);
  const foot = interrupted.length > 0 ? ['', `Not running though they should: ${interrupted.map(({ node }) => node).join(', ')}. To bring them back, or see why not: hotpocket start`] : [];
  return [...head, ...(debugging === undefined ? [] : [debugging]), '', ...table(status.nodes), ...foot].join('\n');
}

function debuggingText({ pause, clockBehind }: ClusterStatus): string | undefined {
  if (pause?.goesOn) return `The contract of node ${pause.node} is debugged, after ledger ${pause.ledgerSeqNo}; the clock goes on`;
  if (pause) return `The clock stands still while the contract of node ${pause.node} is debugged, after ledger ${pause.ledgerSeqNo}`;
  return clockBehind > 0 ? `The clock is ${durationText(clockBehind)} behind, for the time spent debugging, until the next deployment` : undefined;
}

const COLUMNS: readonly (readonly [string, (node: NodeStatusInfo) => string])[] = [
  ['NODE', ({ node }) => String(node)],
  ['STATE', ({ state }) => stateText(state)],
  ['ROLE', ({ role, inUnl }) => (inUnl ? role : `${role}, not in UNL`)],
  ['CONSENSUS', ({ voteStatus, fork }) => (fork ? `${voteStatus}, fork` : voteStatus)],
  ['VOTES', ({ votes }) => (votes ? `${votes.received} of ${votes.needed}` : '-')],
  ['LEDGER', ({ ledger }) => (ledger ? `${ledger.seqNo}-${ledger.hash.slice(0, 8)}` : '-')],
  ['PEERS', ({ peers, weaklyConnected }) => `${peers?.length ?? '-'}${weaklyConnected ? ' (weak)' : ''}`],
  ['USERS', ({ users }) => String(users?.length ?? '-')],
  ['USER PORT', ({ userPort }) => String(userPort)],
  ['PEER PORT', ({ peerPort }) => String(peerPort)],
];

function table(nodes: readonly NodeStatusInfo[]): string[] {
  const rows = [COLUMNS.map(([title]) => title), ...nodes.map((node) => COLUMNS.map(([, cell]) => cell(node)))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd());
}

function stateText(state: NodeState): string {
  if (state.kind !== 'crashed') return state.kind;
  return state.retryAt === undefined ? `crashed (${state.exit}), given up` : `crashed (${state.exit}), starts again`;
}
