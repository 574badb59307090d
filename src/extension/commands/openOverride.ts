import * as vscode from 'vscode';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OVERRIDE, overrideSource } from '../../project/contractFolders';
import { findContract } from '../contract/find';
import type { Services } from '../services';
import type { Command } from './command';

/** Opens the hp.cfg.override that is to be edited: the one of the sources where a build copies it. One that is not there is begun. */
export const openOverride: Command = {
  id: 'hotpocket.openOverride',
  async run(services, argument) {
    const path = await overridePath(services, argument);
    if (path === undefined) return;
    const uri = vscode.Uri.file(await overrideSource(path));
    await vscode.commands.executeCommand('vscode.open', existsSync(uri.fsPath) ? uri : uri.with({ scheme: 'untitled' }));
  },
};

/** Of the file it was called with, of what was deployed last, or of a contract that the user chooses. */
async function overridePath({ context, model }: Services, argument: unknown): Promise<string | undefined> {
  if (argument instanceof vscode.Uri) return argument.fsPath;
  const folder = model.status?.contractPath ?? (await findContract(context, undefined));
  return folder && join(folder, OVERRIDE);
}
