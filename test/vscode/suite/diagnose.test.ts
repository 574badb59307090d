import { ok, strictEqual } from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually } from './eventually';

const USER_PORT = 26_401;

/** Presses keys in the list of findings until what is wanted is there: a list that is about to open takes none. */
async function press(keys: readonly string[], wanted: string, arrived: () => boolean): Promise<void> {
  await eventually(wanted, async () => {
    if (!arrived()) for (const key of keys) await vscode.commands.executeCommand(key);
    return arrived();
  });
}
const ENTER = 'workbench.action.acceptSelectedQuickOpenItem';
const UP = 'workbench.action.quickOpenSelectPrevious';
const active = (): vscode.TextDocument | undefined => vscode.window.activeTextEditor?.document;

describe('Diagnose', () => {
  let contract: vscode.Uri;
  let server: Server;
  const settings = () => vscode.workspace.getConfiguration('hotpocket');

  before(async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    contract = vscode.Uri.joinPath(folder?.uri ?? vscode.Uri.file(''), 'diagnose ü');
    mkdirSync(contract.fsPath);
    await vscode.extensions.getExtension('hotpocket-studio.hotpocket-studio')?.activate();
    await settings().update('userPortBegin', USER_PORT, vscode.ConfigurationTarget.Workspace);
    server = createServer().listen(USER_PORT, '127.0.0.1');
  });
  after(async () => {
    server.close();
    await settings().update('userPortBegin', undefined, vscode.ConfigurationTarget.Workspace);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(contract.fsPath, { recursive: true });
  });

  it('lists what it found, and Enter does what helps against it', async () => {
    const file = join(contract.fsPath, 'hp.cfg.override');
    writeFileSync(file, '{ "contract": 1 }');
    server.close();
    await vscode.commands.executeCommand('hotpocket.diagnose', contract);
    await press([ENTER], 'the override in an editor', () => active()?.uri.fsPath === file);
  });

  it('shows the whole report as a document', async () => {
    writeFileSync(join(contract.fsPath, 'hp.cfg.override'), '{ "contract": { "bin_path": "no such program" } }');
    server = createServer().listen(USER_PORT, '127.0.0.1');
    await vscode.commands.executeCommand('hotpocket.diagnose', contract);
    await press([UP, ENTER], 'the report', () => active()?.uri.scheme === 'hotpocket-report');
    const text = active()?.getText() ?? '';
    for (const part of ['Node.js\n', `problem: Port ${USER_PORT}, wanted for users of node 1, is in use by `, '[PORT_IN_USE]\n', '[CONTRACT_BINARY_MISSING]\n', '2 problems were found.\n']) ok(text.includes(part), `${part} in ${text}`);
    strictEqual(active()?.isDirty, false);
  });
});
