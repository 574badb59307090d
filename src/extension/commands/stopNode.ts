import * as vscode from 'vscode';
import { chooseNode, type NodeArgument } from '../ui/pickNode';
import { withProgress } from '../ui/progress';
import type { Command } from './command';

export const stopNode: Command = {
  id: 'hotpocket.stopNode',
  async run(services, argument) {
    const node = await chooseNode(services, argument as NodeArgument, vscode.l10n.t('Node to stop'), (n) => n.state.kind === 'running' || n.state.kind === 'starting');
    if (node === undefined) return;
    await withProgress(vscode.l10n.t('Stopping node {0}', node), (task) => services.engine.stop(node, task));
  },
};
