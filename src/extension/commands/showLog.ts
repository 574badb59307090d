import * as vscode from 'vscode';
import { chooseNode } from '../ui/pickNode';
import type { Command } from './command';

export const showLog: Command = {
  id: 'hotpocket.showLog',
  async run(services, argument) {
    const node = await chooseNode(services, argument, vscode.l10n.t('Node whose log to show'));
    if (node !== undefined) services.logs.show(node);
  },
};
