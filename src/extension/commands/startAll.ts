import * as vscode from 'vscode';
import { withProgress } from '../ui/progress';
import type { Command } from './command';

export const startAll: Command = {
  id: 'hotpocket.startAll',
  needsTrust: true,
  steers: true,
  async run({ engine }) {
    await withProgress(vscode.l10n.t('Starting all nodes'), (task) => engine.start(undefined, task));
  },
};
