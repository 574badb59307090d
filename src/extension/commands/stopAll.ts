import * as vscode from 'vscode';
import { withProgress } from '../ui/progress';
import type { Command } from './command';

export const stopAll: Command = {
  id: 'hotpocket.stopAll',
  steers: true,
  async run({ engine }) {
    await withProgress(vscode.l10n.t('Stopping all nodes'), (task) => engine.stop(undefined, task));
  },
};
