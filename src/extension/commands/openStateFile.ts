import * as vscode from 'vscode';
import type { Services } from '../services';
import { chooseNode } from '../ui/pickNode';
import { isTreeElement } from '../views/elements';
import { listStateFiles } from '../views/stateFolder';
import { stateUri } from '../views/stateUri';
import type { Command } from './command';

/** More than anybody would scroll through; the tree shows the rest. */
const LISTED = 2000;

/** Opens a file of a node's state read-only: the one whose row was clicked, else one that the user picks. */
export const openStateFile: Command = {
  id: 'hotpocket.openStateFile',
  async run(services, argument) {
    const named = isTreeElement(argument) && argument.kind === 'file' ? argument : undefined;
    const node = await chooseNode(services, argument, vscode.l10n.t('Node whose state to look at'));
    const { status } = services.model;
    if (node === undefined || !status) return;
    const path = named?.path ?? (await pickFile(services, node));
    if (path !== undefined) await vscode.commands.executeCommand('vscode.open', stateUri(status.name, node, path));
  },
};

async function pickFile({ model }: Services, node: number): Promise<string | undefined> {
  const stateDir = model.status?.nodes.find((one) => one.node === node)?.stateDir;
  const files = stateDir === undefined ? [] : await listStateFiles(stateDir, LISTED);
  if (files.length > 0) return vscode.window.showQuickPick(files, { placeHolder: vscode.l10n.t('File of the state of node {0}', node) });
  void vscode.window.showInformationMessage(vscode.l10n.t('The state of node {0} has no files.', node));
  return undefined;
}
