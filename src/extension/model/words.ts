import { durationText } from '../../base/quantities';
import type { RoundsMode } from '../../base/rounds';
import type { ClusterStatus, NodeStatusInfo } from '../../cluster/engine';
import type { Translator } from '../../cluster/profile/text';
import { nodeCondition, type ClusterCondition, type NodeCondition } from './summary';

/** What texts are translated with: `vscode.l10n`, handed in so that they can be made without VS Code. */
export type L10n = Translator;

function conditionWord(condition: NodeCondition, l10n: L10n): string {
  switch (condition) {
    case 'starting': return l10n.t('starting');
    case 'synced': return l10n.t('synced');
    case 'desync': return l10n.t('desync');
    case 'unreliable': return l10n.t('unreliable');
    case 'stopping': return l10n.t('stopping');
    case 'paused': return l10n.t('paused');
    case 'stopped': return l10n.t('stopped');
    case 'interrupted': return l10n.t('interrupted');
    case 'crashed': return l10n.t('crashed');
  }
}

/** A node's condition with what explains it: the votes it got, or why it is not running. */
export function conditionText(node: NodeStatusInfo, l10n: L10n): string {
  const condition = nodeCondition(node);
  const word = conditionWord(condition, l10n);
  const { state, votes, fork } = node;
  if (condition === 'unreliable' && fork) return l10n.t('{0}, fork', word);
  if (condition === 'unreliable' && votes) return l10n.t('{0}, {1} of {2} votes', word, votes.received, votes.needed);
  if (state.kind === 'crashed') return state.retryAt === undefined ? l10n.t('{0} ({1})', word, state.exit) : l10n.t('{0} ({1}), starts again', word, state.exit);
  return word;
}

export function clusterConditionWord(condition: ClusterCondition, l10n: L10n): string {
  switch (condition) {
    case 'working': return l10n.t('working');
    case 'waiting': return l10n.t('waiting');
    case 'stalled': return l10n.t('stalled');
    case 'forked': return l10n.t('forked');
    case 'stopped': return l10n.t('stopped');
    case 'interrupted': return l10n.t('interrupted');
  }
}

export function nodeCount(count: number, l10n: L10n): string {
  return count === 1 ? l10n.t('1 node') : l10n.t('{0} nodes', count);
}

export function quorumText({ needed, of, tolerates }: ClusterStatus['quorum'], l10n: L10n): string {
  return l10n.t('needs {0} of {1}, tolerates {2}', needed, of, tolerates);
}

export function roundsText(rounds: RoundsMode, l10n: L10n): string {
  return rounds === 'eager' ? l10n.t('eager rounds') : l10n.t('rounds on the grid');
}

/** What it means for a cluster whose clock cannot be stopped that the contract of a node is held by a debugger. */
export function holdText({ quorum: { tolerates }, execTimeout = 0 }: ClusterStatus, node: number, l10n: L10n): string {
  const others = tolerates > 0
    ? l10n.t('While its contract stands still, node {0} takes no part in consensus; the others go on, and it catches up afterwards.', node)
    : l10n.t('While its contract stands still, node {0} takes no part in consensus, and the others wait for it.', node);
  return execTimeout > 0 ? `${others} ${l10n.t('HotPocket kills the contract {0} after its start (exec_timeout).', durationText(execTimeout))}` : others;
}

/** HotPocket's way to name a ledger: number and first eight digits of its hash. */
export function ledgerText({ seqNo, hash }: { readonly seqNo: number; readonly hash: string }): string {
  return `${seqNo}-${hash.slice(0, 8)}`;
}

/** The address that clients of a node connect to. */
export function userEndpoint({ host = 'localhost', userPort }: NodeStatusInfo): string {
  return `wss://${host}:${userPort}`;
}
