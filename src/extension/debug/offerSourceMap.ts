import * as vscode from 'vscode';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Program } from '../../debug/provider';
import { withSourceMap } from '../../debug/sourceMapBuild';
import { packageOf } from '../../project/contractFolders';
import { hasMap } from '../logs/readMap';

/**
 * Breakpoints in the sources of a bundle can only be hit if it carries a source map. Where it does not, says so and offers to have it built
 * with one. `deploy`: the build was changed, and what runs has to be built and deployed anew.
 */
export async function offerSourceMap(contract: string, { binArgs }: Program): Promise<'go on' | 'deploy' | 'cancel'> {
  const script = binArgs.split(' ').find((argument) => /\.[cm]?js$/.test(argument));
  const entry = script && join(contract, script);
  if (!entry || !existsSync(entry) || (await hasMap(entry))) return 'go on';
  const project = await packageOf(contract, vscode.workspace.getWorkspaceFolder(vscode.Uri.file(contract))?.uri.fsPath);
  // What is not built is the source itself.
  if (!project?.hasBuild) return 'go on';
  const manifest = join(project.folder, 'package.json');
  const build = vscode.l10n.t('Build with Source Map');
  const anyway = vscode.l10n.t('Debug Anyway');
  const change = await changedBuild(manifest);
  const message = vscode.l10n.t('{0} was built without a source map, so breakpoints in its sources are not hit.', vscode.workspace.asRelativePath(entry));
  const detail = change
    ? vscode.l10n.t('The build script in package.json can be changed to: {0}', change.to)
    : vscode.l10n.t('Have the build of {0} write one: ncc with -s, esbuild with --sourcemap, tsc with --sourceMap.', manifest);
  const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...(change ? [build] : []), anyway);
  if (answer === build && change) {
    await replaceInFile(manifest, JSON.stringify(change.from), JSON.stringify(change.to));
    return 'deploy';
  }
  return answer === anyway ? 'go on' : 'cancel';
}

async function changedBuild(manifest: string): Promise<{ readonly from: string; readonly to: string } | undefined> {
  const { scripts } = JSON.parse(await readFile(manifest, 'utf8')) as { readonly scripts?: Readonly<Record<string, string>> };
  const from = scripts?.build;
  const to = from && withSourceMap(from);
  return from && to ? { from, to } : undefined;
}

/** As an edit, so that it can be undone. */
async function replaceInFile(path: string, from: string, to: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument(path);
  const start = document.getText().indexOf(from);
  if (start < 0) return;
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(start + from.length)), to);
  await vscode.workspace.applyEdit(edit);
  await document.save();
}
