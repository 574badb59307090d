import * as vscode from 'vscode';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { compareConfigTexts } from '../config/configTexts';
import { findContract } from '../contract/find';
import { OVERRIDE } from '../../project/contractFolders';
import type { Services } from '../services';
import type { Command } from './command';

/** Shows what a deployment with an hp.cfg.override makes of a node's hp.cfg. */
export const previewOverride: Command = {
  id: 'hotpocket.previewOverride',
  async run(services, argument) {
    const path = await overridePath(services, argument);
    if (path === undefined) return;
    const { overrideInvalid, preview } = await import('../config/language');
    const config = await nodeConfig(services);
    const title = config === undefined ? vscode.l10n.t('hp.cfg of a new node ↔ with {0}', OVERRIDE) : vscode.l10n.t('hp.cfg of node 1 ↔ with {0}', OVERRIDE);
    let override = '';
    let texts: ReturnType<typeof preview>;
    try {
      // As it is in the editor, which may not be saved.
      const open = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
      override = open?.getText() ?? (await readFile(path, 'utf8'));
      texts = preview(config, override);
    } catch (error) {
      throw overrideInvalid(path, override, error);
    }
    await compareConfigTexts(texts.before, texts.after, title);
  },
};

async function overridePath({ context }: Services, argument: unknown): Promise<string | undefined> {
  const named = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  if (named?.scheme === 'file' && basename(named.fsPath) === OVERRIDE) return named.fsPath;
  const folder = await findContract(context, argument);
  return folder && join(folder, OVERRIDE);
}

/** The hp.cfg of the first node; undefined if there is none, or it is not on this machine. */
async function nodeConfig({ engine, model }: Services): Promise<string | undefined> {
  const { status } = model;
  const [first] = status?.nodes ?? [];
  if (!status || !first || !engine.capabilities.localFiles) return undefined;
  const { ClusterPaths } = await import('../config/language');
  return readFile(new ClusterPaths(status.home).node(first.node).hpCfg, 'utf8').catch(() => undefined);
}
