import * as vscode from 'vscode';
import { chooseNode, type NodeArgument } from '../ui/pickNode';
import { withProgress } from '../ui/progress';
import type { Command } from './command';

export const startNode: Command = {
  id: 'hotpocket.startNode',
  async run(services, argument) {
    const node = await chooseNode(services, argument as NodeArgument, vscode.l10n.t('Node to start'), (n) => n.state.kind === 'stopped' || n.state.kind === 'crashed');
    if (node === undefined) return;
    await withProgress(vscode.l10n.t('Starting node {0}', node), (task) => services.engine.start(node, task));
  },
};
