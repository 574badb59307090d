import * as vscode from 'vscode';
import { preferredNode } from '../settings';
import { chooseNode } from '../ui/pickNode';
import { whileLooking } from '../ui/progress';
import type { Command } from './command';

/** Shows where the rounds of a node are spent. */
export const showProfile: Command = {
  id: 'hotpocket.showProfile',
  async run(services, argument) {
    const node = await chooseNode(services, argument, vscode.l10n.t('Node whose rounds to show'), () => true, preferredNode());
    if (node !== undefined) await whileLooking(vscode.l10n.t('Looking for the rounds of node {0}', node), () => services.profiles.show(node));
  },
};
