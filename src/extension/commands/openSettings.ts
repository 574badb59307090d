import * as vscode from 'vscode';
import type { Command } from './command';

export const openSettings: Command = {
  id: 'hotpocket.openSettings',
  async run({ context }) {
    await vscode.commands.executeCommand('workbench.action.openSettings', `@ext:${context.extension.id}`);
  },
};
