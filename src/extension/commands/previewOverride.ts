import * as vscode from 'vscode';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HotPocketError, errorText } from '../../base/errors';
import { compareConfigTexts } from '../config/configTexts';
import { findContract } from '../contract/find';
import { OVERRIDE } from '../contract/folders';
import type { Services } from '../services';
import type { Command } from './command';

/** Shows what a deployment with an hp.cfg.override makes of a node's hp.cfg. */
export const previewOverride: Command = {
  id: 'hotpocket.previewOverride',
  async run(services, argument) {
    const path = await overridePath(services, argument);
    if (path === undefined) return;
    const config = await nodeConfig(services);
    const title = config === undefined ? vscode.l10n.t('hp.cfg of a new node ↔ with {0}', OVERRIDE) : vscode.l10n.t('hp.cfg of node 1 ↔ with {0}', OVERRIDE);
    const { before, after } = await previewOf(path, config);
    await compareConfigTexts(before, after, title);
  },
};

async function previewOf(path: string, config: string | undefined): Promise<{ readonly before: string; readonly after: string }> {
  const { preview } = await import('../config/language');
  try {
    // As it is in the editor, which may not be saved.
    const open = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
    return preview(config, open?.getText() ?? (await readFile(path, 'utf8')));
  } catch (error) {
    throw new HotPocketError('OVERRIDE_INVALID', { path, problem: errorText(error) }, { cause: error });
  }
}

async function overridePath({ context }: Services, argument: unknown): Promise<string | undefined> {
  const named = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  if (named?.scheme === 'file' && basename(named.fsPath) === OVERRIDE) return named.fsPath;
  const folder = await findContract(context, argument);
  return folder && join(folder, OVERRIDE);
}

/** The hp.cfg of the first node of this machine; undefined if there is none. */
async function nodeConfig({ model }: Services): Promise<string | undefined> {
  const [first] = model.status?.engine === 'embedded' ? model.status.nodes : [];
  return first && readFile(join(first.stateDir, '../../../cfg/hp.cfg'), 'utf8').catch(() => undefined);
}
