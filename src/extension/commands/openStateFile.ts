import * as vscode from 'vscode';
import { chooseStateFile } from '../ui/pickStateFile';
import { stateUri } from '../views/stateUri';
import type { Command } from './command';

/** Opens a file of a node's state read-only. */
export const openStateFile: Command = {
  id: 'hotpocket.openStateFile',
  async run(services, argument) {
    const file = await chooseStateFile(services, argument);
    const { status } = services.model;
    if (file && status) await vscode.commands.executeCommand('vscode.open', stateUri(status.name, file.node, file.path));
  },
};
