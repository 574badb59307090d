import * as vscode from 'vscode';
import { isStoppable } from '../model/summary';
import { chooseNode } from '../ui/pickNode';
import { withProgress } from '../ui/progress';
import type { Command } from './command';

export const restartNode: Command = {
  id: 'hotpocket.restartNode',
  needsTrust: true,
  steers: true,
  async run(services, argument) {
    const node = await chooseNode(services, argument, vscode.l10n.t('Node to restart'), ({ state }) => isStoppable(state));
    if (node === undefined) return;
    await withProgress(vscode.l10n.t('Restarting node {0}', node), async (task) => {
      await services.engine.stop(node, task);
      await services.engine.start(node, task);
    });
  },
};
