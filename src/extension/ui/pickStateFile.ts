import * as vscode from 'vscode';
import { listFiles } from '../../cluster/stateFiles';
import type { Services } from '../services';
import { isTreeElement } from '../views/elements';
import { chooseNode } from './pickNode';
import { pick } from './pick';
import { whileLooking } from './progress';

/** More than anybody would scroll through; the tree shows the rest. */
const LISTED = 2000;

export interface StateFile {
  readonly node: number;
  /** Relative to the state, with slashes. */
  readonly path: string;
}

/** The file of a node's state that a command is about: that of the row it was called with, else one that the user picks; undefined if he picks none. */
export async function chooseStateFile(services: Services, argument: unknown): Promise<StateFile | undefined> {
  const named = isTreeElement(argument) && argument.kind === 'file' ? argument.path : undefined;
  const node = await chooseNode(services, argument, vscode.l10n.t('Node whose state to look at'));
  if (node === undefined) return undefined;
  const path = named ?? (await pickFile(services, node));
  return path === undefined ? undefined : { node, path };
}

async function pickFile({ engine }: Services, node: number): Promise<string | undefined> {
  const files = await whileLooking(vscode.l10n.t('Listing the state of node {0}', node), () => listFiles(engine.stateFiles(node), LISTED));
  if (files.length > 0) {
    const placeHolder = files.length < LISTED ? vscode.l10n.t('File of the state of node {0}', node) : vscode.l10n.t('File of the state of node {0}; the first {1} are here, all of them in the tree', node, LISTED);
    return (await pick(files.map((label) => ({ label })), { placeHolder }))?.label;
  }
  void vscode.window.showInformationMessage(vscode.l10n.t('The state of node {0} has no files.', node));
  return undefined;
}
