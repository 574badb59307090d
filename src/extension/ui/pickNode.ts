import * as vscode from 'vscode';
import { HotPocketError } from '../../base/errors';
import type { NodeStatusInfo } from '../../cluster/engine';
import { conditionText } from '../model/words';
import type { Services } from '../services';
import { pick } from './pick';
import { lookAt } from './progress';

/** The node that an argument of a command names: a row of the tree, or a node's number. Anything else names none. */
function nodeNumber(argument: unknown): number | undefined {
  if (typeof argument === 'number') return argument;
  const node = typeof argument === 'object' && argument !== null && 'node' in argument ? argument.node : undefined;
  return typeof node === 'number' ? node : undefined;
}

/**
 * The node a command is about: the one it was called with, else one that the user picks of those that fit, `first` before
 * the others; undefined if he picks none. Throws CLUSTER_NOT_FOUND or NODE_NOT_FOUND for what has gone since it was shown.
 */
export async function chooseNode({ model }: Services, argument: unknown, placeHolder: string, fits: (node: NodeStatusInfo) => boolean = () => true, first = 0): Promise<number | undefined> {
  await lookAt(model);
  const { status } = model;
  if (!status) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: 'default' });
  const named = nodeNumber(argument);
  if (named !== undefined) {
    if (!status.nodes.some(({ node }) => node === named)) throw new HotPocketError('NODE_NOT_FOUND', { node: named, count: status.nodes.length });
    return named;
  }
  const fitting = status.nodes.filter(fits);
  const items = [...fitting.filter(({ node }) => node === first), ...fitting.filter(({ node }) => node !== first)].map(nodeItem);
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no node for that now.'));
    return undefined;
  }
  return (await pick(items, { placeHolder }))?.node;
}

function nodeItem(node: NodeStatusInfo): vscode.QuickPickItem & { readonly node: number } {
  const port = vscode.l10n.t('port {0}', node.userPort);
  return {
    label: vscode.l10n.t('Node {0}', node.node),
    description: conditionText(node, vscode.l10n),
    detail: node.ledger ? vscode.l10n.t('ledger {0}, {1}', node.ledger.seqNo, port) : port,
    node: node.node,
  };
}
