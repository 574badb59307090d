import * as vscode from 'vscode';
import { userEndpoint } from '../model/words';
import { copy } from '../ui/copy';
import { chooseNode } from '../ui/pickNode';
import type { Command } from './command';

export const copyEndpoint: Command = {
  id: 'hotpocket.copyEndpoint',
  async run(services, argument) {
    const chosen = await chooseNode(services, argument, vscode.l10n.t('Node whose endpoint to copy'));
    const node = services.model.status?.nodes.find((one) => one.node === chosen);
    if (node) await copy(userEndpoint(node));
  },
};
