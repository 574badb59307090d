import type { ErrorCode } from '../../base/errors';
import type { ClusterStatus, NodeStatusInfo } from '../../cluster/engine';
import type { StateEntry } from '../../cluster/stateFiles';
import type { ClusterTrouble } from '../../diagnose/troubles/clusterTroubles';

export type ListName = 'peers' | 'users';
export type ValueName = 'userEndpoint' | 'peerPort' | 'publicKey' | 'role' | 'ledger' | 'votes' | 'observer';

/**
 * What the tree consists of. Elements say what they stand for and hold nothing that changes; their texts come from the
 * cluster's status whenever they are shown. `id` is unique among all clusters and stays the same for a node's whole life.
 */
export type TreeElement =
  | { readonly kind: 'cluster'; readonly id: string }
  /** The highest of its ledgers. */
  | { readonly kind: 'ledger'; readonly id: string }
  /** Something that is wrong with nodes. */
  | { readonly kind: 'trouble'; readonly id: string; readonly code: ErrorCode }
  | { readonly kind: 'node'; readonly id: string; readonly node: number }
  | { readonly kind: 'value'; readonly id: string; readonly node: number; readonly name: ValueName }
  /** How long its rounds take. */
  | { readonly kind: 'roundTimes'; readonly id: string; readonly node: number }
  /** Where its rounds are spent. */
  | { readonly kind: 'rounds'; readonly id: string; readonly node: number }
  | { readonly kind: 'list'; readonly id: string; readonly node: number; readonly name: ListName }
  | { readonly kind: 'entry'; readonly id: string; readonly node: number; readonly list: ListName; readonly text: string }
  /** `path` is relative to the node's state, with slashes; empty for the state itself. */
  | { readonly kind: 'folder'; readonly id: string; readonly node: number; readonly path: string }
  | { readonly kind: 'file'; readonly id: string; readonly node: number; readonly path: string };

/** For commands, which may be called with anything. */
export function isTreeElement(argument: unknown): argument is TreeElement {
  return typeof argument === 'object' && argument !== null && 'kind' in argument && 'id' in argument;
}

export function clusterElement({ name }: ClusterStatus): TreeElement {
  return { kind: 'cluster', id: `cluster/${name}` };
}

/** What stands below an element; undefined for folders, whose content only the disk knows. */
export function childrenOf(element: TreeElement, status: ClusterStatus, troubles: readonly ClusterTrouble[] = []): readonly TreeElement[] | undefined {
  if (element.kind === 'cluster') return [{ kind: 'ledger', id: `${element.id}/ledger` }, ...troubleElements(element, troubles), ...nodeElements(element, status)];
  if (element.kind === 'ledger' || element.kind === 'trouble') return [];
  const node = status.nodes.find((one) => one.node === element.node);
  if (!node) return [];
  if (element.kind === 'node') return detailElements(element, node);
  if (element.kind === 'list') return entryElements(element, node);
  return element.kind === 'folder' ? undefined : [];
}

/** What is only worth knowing is explained in the logs. */
function troubleElements({ id }: TreeElement & { kind: 'cluster' }, troubles: readonly ClusterTrouble[]): TreeElement[] {
  return troubles.filter(({ severity }) => severity !== 'note').map(({ code }) => ({ kind: 'trouble', id: `${id}/trouble/${code}`, code }));
}

function nodeElements(cluster: TreeElement & { kind: 'cluster' }, { nodes }: ClusterStatus): TreeElement[] {
  return nodes.map(({ node }) => ({ kind: 'node', id: `${cluster.id}/node/${node}`, node }));
}

function detailElements({ id, node }: TreeElement & { kind: 'node' }, { ledger, votes, peers, users, observer }: NodeStatusInfo): TreeElement[] {
  const value = (name: ValueName): TreeElement => ({ kind: 'value', id: `${id}/${name}`, node, name });
  const list = (name: ListName): TreeElement => ({ kind: 'list', id: `${id}/${name}`, node, name });
  return [
    value('userEndpoint'),
    value('peerPort'),
    value('publicKey'),
    value('role'),
    ...(ledger ? [value('ledger')] : []),
    ...(votes ? [value('votes')] : []),
    ...(ledger ? [{ kind: 'roundTimes', id: `${id}/roundTimes`, node } as const, { kind: 'rounds', id: `${id}/rounds`, node } as const] : []),
    ...(peers ? [list('peers')] : []),
    ...(users ? [list('users')] : []),
    ...(observer === undefined ? [] : [value('observer')]),
    { kind: 'folder', id: `${id}/state`, node, path: '' },
  ];
}

function entryElements({ id, node, name }: TreeElement & { kind: 'list' }, status: NodeStatusInfo): TreeElement[] {
  return [...new Set(status[name] ?? [])].map((text) => ({ kind: 'entry', id: `${id}/${text}`, node, list: name, text }));
}

/** Folders first, as the explorer does. */
export function stateElements({ id, node, path }: TreeElement & { kind: 'folder' }, entries: readonly StateEntry[]): TreeElement[] {
  const ordered = [...entries].sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || a.name.localeCompare(b.name));
  return ordered.map(({ name, isFolder }) => ({ kind: isFolder ? 'folder' : 'file', id: `${id}/${name}`, node, path: path === '' ? name : `${path}/${name}` }));
}
