import * as vscode from 'vscode';
import { isStartable } from '../model/summary';
import { chooseNode } from '../ui/pickNode';
import { withProgress } from '../ui/progress';
import type { Command } from './command';

export const startNode: Command = {
  id: 'hotpocket.startNode',
  needsTrust: true,
  steers: true,
  async run(services, argument) {
    const node = await chooseNode(services, argument, vscode.l10n.t('Node to start'), ({ state }) => isStartable(state));
    if (node === undefined) return;
    await withProgress(vscode.l10n.t('Starting node {0}', node), (task) => services.engine.start(node, task));
  },
};
