import * as vscode from 'vscode';
import { preferredNode } from '../settings';
import { chooseNode } from '../ui/pickNode';
import type { Command } from './command';

export const openClient: Command = {
  id: 'hotpocket.openClient',
  async run(services, argument) {
    const node = await chooseNode(services, argument, vscode.l10n.t('Node to connect to as a user'), ({ state }) => state.kind === 'running', preferredNode());
    if (node !== undefined) services.clients.show(node);
  },
};
