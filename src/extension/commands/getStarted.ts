import * as vscode from 'vscode';
import type { Command } from './command';

/** Opens the walkthrough, at any time. */
export const getStarted: Command = {
  id: 'hotpocket.getStarted',
  async run({ context }) {
    await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#start`, false);
  },
};
