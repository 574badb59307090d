import { posix } from 'node:path';
import { durationText } from '../../base/quantities';
import type { RoundProfile } from '../../base/roundProfile';
import type { ClusterStatus, NodeState, NodeStatusInfo, PauseInfo } from '../../cluster/engine';
import type { ClusterTrouble } from '../../diagnose/troubles/clusterTroubles';
import { literal, table } from '../model/markdown';
import { nodeCondition, summarise, type ClusterSummary, type NodeCondition } from '../model/summary';
import { clusterConditionWord, conditionText, ledgerText, nodeCount, quorumText, roundsText, userEndpoint, type L10n } from '../model/words';
import { roundsRow } from '../profile/roundsRow';
import { roundTimesRow } from '../profile/roundTimesRow';
import type { ListName, TreeElement, ValueName } from './elements';
import type { Row } from './row';
import { troubleRow } from './troubleRow';

const icons: Readonly<Record<NodeCondition, NonNullable<Row['icon']>>> = {
  starting: { id: 'loading~spin' },
  synced: { id: 'pass-filled', color: 'testing.iconPassed' },
  desync: { id: 'sync', color: 'list.warningForeground' },
  unreliable: { id: 'warning', color: 'list.warningForeground' },
  stopping: { id: 'loading~spin' },
  paused: { id: 'debug-pause', color: 'list.warningForeground' },
  stopped: { id: 'circle-large-outline', color: 'disabledForeground' },
  interrupted: { id: 'debug-disconnect', color: 'list.warningForeground' },
  crashed: { id: 'error', color: 'list.errorForeground' },
};

const listIcons: Readonly<Record<ListName, string>> = { peers: 'server', users: 'person' };

/** What the cluster's status does not tell of a node. */
export interface RoundsOfNodes {
  profiles(node: number): readonly RoundProfile[];
  /** In ms. */
  times(node: number): readonly number[];
}

const NO_ROUNDS: RoundsOfNodes = { profiles: () => [], times: () => [] };

/** The row of an element; undefined if what it stands for is gone. */
export function rowOf(element: TreeElement, status: ClusterStatus, l10n: L10n, rounds = NO_ROUNDS, troubles: readonly ClusterTrouble[] = []): Row | undefined {
  if (element.kind === 'cluster') return clusterRow(status, l10n);
  if (element.kind === 'ledger') return ledgerRow(summarise(status), l10n);
  if (element.kind === 'trouble') {
    const trouble = troubles.find(({ code }) => code === element.code);
    return trouble && troubleRow(trouble, l10n);
  }
  const node = status.nodes.find((one) => one.node === element.node);
  if (!node) return undefined;
  switch (element.kind) {
    case 'node': return nodeRow(node, status.pause, l10n);
    case 'value': return valueRow(element.name, node, l10n);
    case 'roundTimes': return roundTimesRow(rounds.times(node.node), status.roundTime, l10n);
    case 'rounds': return roundsRow(rounds.profiles(node.node), l10n);
    case 'list': return listRow(element.name, node[element.name]?.length ?? 0, l10n);
    case 'entry': return { label: element.text, contextValue: 'value', children: 'none', icon: { id: listIcons[element.list] }, copy: element.text };
    case 'folder': return { label: element.path === '' ? l10n.t('State files') : posix.basename(element.path), contextValue: 'folder', children: 'collapsed' };
    case 'file': return { label: posix.basename(element.path), contextValue: 'file', children: 'none' };
  }
}

/** What changes while the cluster works stands in rows of its own: this one, which people press, stays as it is meanwhile. */
function clusterRow({ name, engine, nodes, quorum, roundTime, rounds, contractId, contractPath, home }: ClusterStatus, l10n: L10n): Row {
  const description = [nodeCount(nodes.length, l10n), quorumText(quorum, l10n), durationText(roundTime), ...(rounds === 'eager' ? [roundsText(rounds, l10n)] : [])].join(' · ');
  const facts: readonly (readonly [string, string])[] = [
    [l10n.t('Round time'), `${durationText(roundTime)}, ${roundsText(rounds, l10n)}`],
    [l10n.t('Contract'), contractPath ?? contractId],
    [l10n.t('Contract id'), contractId],
    [l10n.t('Folder'), home],
  ];
  return {
    label: l10n.t('{0} ({1})', name, engine),
    description,
    tooltip: tooltip(name, facts),
    icon: { id: 'server-environment' },
    contextValue: 'cluster',
    children: 'expanded',
    spoken: l10n.t('Cluster {0}, {1}', name, description),
  };
}

/** The highest ledger, and why there is no other if none comes. */
function ledgerRow({ condition, ledger, voting, needed }: ClusterSummary, l10n: L10n): Row {
  const label = l10n.t('Ledger');
  const word = clusterConditionWord(condition, l10n);
  const number = ledger === undefined ? [] : [`#${ledger}`];
  return {
    label,
    description: [...number, ...(condition === 'working' ? [] : [word])].join(' · '),
    tooltip: tooltip(label, [[l10n.t('Condition'), word], [l10n.t('Votes'), l10n.t('{0} of {1} needed', voting, needed)]]),
    icon: { id: 'database' },
    contextValue: 'ledger',
    children: 'none',
    spoken: l10n.t('{0}: {1}', label, [...number, word].join(', ')),
  };
}

function nodeRow(node: NodeStatusInfo, pause: PauseInfo | undefined, l10n: L10n): Row {
  const { state, userPort, inUnl, weaklyConnected, peers } = node;
  const condition = conditionText(node, l10n);
  const label = l10n.t('Node {0}', node.node);
  const facts: readonly (readonly [string, string])[] = [
    [l10n.t('Condition'), condition],
    [l10n.t('Endpoint'), userEndpoint(node)],
    ...(peers || weaklyConnected ? [[l10n.t('Peers'), weaklyConnected ? l10n.t('{0} (weakly connected)', peers?.length ?? '–') : String(peers?.length)] as const] : []),
    ...(node.users ? [[l10n.t('Users'), String(node.users.length)] as const] : []),
    ...(node.observer === undefined ? [] : [[l10n.t('Observer'), node.observer] as const]),
    ...('pid' in state ? [[l10n.t('Process'), String(state.pid)] as const] : []),
  ];
  const debugging = debugText(node, pause, l10n);
  const shown = [condition, ...(debugging === undefined ? [] : [debugging]), ...(inUnl ? [] : [l10n.t('not in UNL')]), l10n.t('port {0}', userPort)];
  return {
    label,
    description: shown.join(' · '),
    tooltip: tooltip(label, facts),
    icon: node.debugged && state.kind === 'running' ? { id: 'debug-alt', color: 'debugIcon.startForeground' } : icons[nodeCondition(node)],
    contextValue: `${nodeContext(state, nodeCondition(node))}${node.debugged ? '.debugged' : ''}`,
    children: 'collapsed',
    spoken: [label, ...shown].join(', '),
  };
}

function tooltip(title: string, facts: readonly (readonly [string, string])[]): string {
  return table([literal(title), ''], facts.map(([fact, value]) => [fact, literal(value)]));
}

/** What a debugger does with the node, if anything. */
function debugText(node: NodeStatusInfo, pause: PauseInfo | undefined, l10n: L10n): string | undefined {
  if (pause?.node === node.node) return l10n.t('debugged in ledger {0}', pause.ledgerSeqNo);
  return node.debugged ? l10n.t('debugged') : undefined;
}

/** `node.<state>…`: the menus go by the first two parts. One that was interrupted is offered what a crashed one is. */
function nodeContext(state: NodeState, condition: NodeCondition): string {
  if (condition === 'interrupted') return 'node.crashed.interrupted';
  if (state.kind === 'crashed' && state.retryAt !== undefined) return 'node.crashed.retrying';
  return state.kind === 'running' ? `node.running.${condition}` : `node.${state.kind}`;
}

function valueRow(name: ValueName, node: NodeStatusInfo, l10n: L10n): Row {
  const row = (label: string, icon: string, copy: string, description = copy): Row => ({
    label,
    description,
    icon: { id: icon },
    contextValue: 'value',
    children: 'none',
    spoken: l10n.t('{0}: {1}', label, description),
    copy,
  });
  switch (name) {
    case 'userEndpoint': return row(l10n.t('Endpoint'), 'link', userEndpoint(node));
    case 'peerPort': return row(l10n.t('Peer port'), 'plug', String(node.peerPort));
    case 'publicKey': return row(l10n.t('Public key'), 'key', node.publicKey);
    case 'role': return row(l10n.t('Role'), 'account', node.role, node.inUnl ? l10n.t('{0}, in UNL', node.role) : l10n.t('{0}, not in UNL', node.role));
    case 'observer': return row(l10n.t('Observer'), 'eye', node.observer ?? '');
    case 'votes': return row(l10n.t('Votes'), 'checklist', votesText(node, l10n));
    case 'ledger': return row(l10n.t('Ledger'), 'database', node.ledger ? `${node.ledger.seqNo}-${node.ledger.hash}` : '', node.ledger && ledgerText(node.ledger));
  }
}

/** Of the last stage there was a vote in. */
function votesText({ votes }: NodeStatusInfo, l10n: L10n): string {
  if (!votes) return '';
  const count = l10n.t('{0}, {1} needed', votes.received, votes.needed);
  return votes.stage === undefined ? count : l10n.t('{0} · stage {1} of 3', count, votes.stage);
}

function listRow(name: ListName, count: number, l10n: L10n): Row {
  const label = name === 'peers' ? l10n.t('Peers') : l10n.t('Users');
  return { label, description: String(count), icon: { id: listIcons[name] }, contextValue: 'list', children: count > 0 ? 'collapsed' : 'none', spoken: l10n.t('{0}: {1}', label, count) };
}
