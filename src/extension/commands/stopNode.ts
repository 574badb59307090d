import * as vscode from 'vscode';
import { isStoppable } from '../model/summary';
import { chooseNode } from '../ui/pickNode';
import { withProgress } from '../ui/progress';
import type { Command } from './command';

export const stopNode: Command = {
  id: 'hotpocket.stopNode',
  steers: true,
  async run(services, argument) {
    const node = await chooseNode(services, argument, vscode.l10n.t('Node to stop'), ({ state }) => isStoppable(state));
    if (node === undefined) return;
    await withProgress(vscode.l10n.t('Stopping node {0}', node), (task) => services.engine.stop(node, task));
  },
};
