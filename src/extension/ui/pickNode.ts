import * as vscode from 'vscode';
import { HotPocketError } from '../../base/errors';
import type { NodeStatusInfo } from '../../cluster/engine';
import { nodeCondition } from '../model/summary';
import type { Services } from '../services';

/** What a command may be called with: a tree item, a node's number, or nothing. */
export type NodeArgument = { readonly node: number } | number | undefined;

/** The node a command is about: the one it was called with, else one that the user picks of those that fit. */
export async function chooseNode({ model }: Services, argument: NodeArgument, placeHolder: string, fits: (node: NodeStatusInfo) => boolean = () => true): Promise<number | undefined> {
  await model.refresh();
  const { status } = model;
  if (!status) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: 'default' });
  const number = typeof argument === 'number' ? argument : argument?.node;
  if (number !== undefined) {
    if (!status.nodes.some((n) => n.node === number)) throw new HotPocketError('NODE_NOT_FOUND', { node: number, count: status.nodes.length });
    return number;
  }
  const fitting = status.nodes.filter(fits);
  const items = fitting.map((node) => ({
    label: vscode.l10n.t('Node {0}', node.node),
    description: nodeCondition(node),
    detail: node.ledger ? vscode.l10n.t('ledger {0}, port {1}', node.ledger.seqNo, node.userPort) : vscode.l10n.t('port {0}', node.userPort),
    node: node.node,
  }));
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no node for that now.'));
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.node;
}
