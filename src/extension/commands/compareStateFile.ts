import * as vscode from 'vscode';
import { posix } from 'node:path';
import { chooseNode } from '../ui/pickNode';
import { chooseStateFile } from '../ui/pickStateFile';
import { whileLooking } from '../ui/progress';
import { stateUri } from '../views/stateUri';
import type { Command } from './command';

/** Shows how a file of the state differs between two nodes: that of the row, and the one that the user picks or the second argument names. */
export const compareStateFile: Command = {
  id: 'hotpocket.compareStateFile',
  async run(services, argument, against) {
    const file = await chooseStateFile(services, argument);
    if (!file) return;
    const { node, path } = file;
    const other = await chooseNode(services, against, vscode.l10n.t('Node to compare node {0} with', node), (one) => one.node !== node);
    const { status } = services.model;
    if (other === undefined || !status) return;
    if (!(await whileLooking(vscode.l10n.t('Looking at the state of node {0}', other), () => services.engine.stateFiles(other).stat(path)))) {
      void vscode.window.showInformationMessage(vscode.l10n.t('The state of node {0} has no file {1}.', other, path));
      return;
    }
    const title = vscode.l10n.t('{0}: node {1} ↔ node {2}', posix.basename(path), node, other);
    await vscode.commands.executeCommand('vscode.diff', stateUri(status.name, node, path), stateUri(status.name, other, path), title);
  },
};
