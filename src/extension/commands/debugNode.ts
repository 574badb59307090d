import * as vscode from 'vscode';
import { nodeConfiguration } from '../debug/configuration';
import { preferredNode } from '../settings';
import { chooseNode } from '../ui/pickNode';
import type { Command } from './command';

export const debugNode: Command = {
  id: 'hotpocket.debugNode',
  needsTrust: true,
  async run(services, argument) {
    const node = await chooseNode(services, argument, vscode.l10n.t('Node whose contract to debug'), ({ state }) => state.kind === 'running', preferredNode());
    if (node === undefined) return;
    const { contractPath } = services.model.status ?? {};
    const folder = contractPath === undefined ? undefined : vscode.workspace.getWorkspaceFolder(vscode.Uri.file(contractPath));
    await vscode.debug.startDebugging(folder, nodeConfiguration(node));
  },
};
