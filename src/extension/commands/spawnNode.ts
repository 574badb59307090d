import * as vscode from 'vscode';
import { preferredNode } from '../settings';
import { withProgress } from '../ui/progress';
import type { Command } from './command';

export const spawnNode: Command = {
  id: 'hotpocket.spawnNode',
  needsTrust: true,
  steers: true,
  async run({ engine }) {
    const { node } = await withProgress(vscode.l10n.t('Spawning a node'), (task) => engine.spawn(task));
    if (preferredNode() > 0) await vscode.commands.executeCommand('hotpocket.showLog', node);
  },
};
