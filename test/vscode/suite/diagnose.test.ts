import { ok, strictEqual } from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually } from './eventually';

const USER_PORT = 26_401;

/** Presses Enter in the list of findings until what is wanted is there: a list that is about to open takes none. */
async function press(wanted: string, arrived: () => boolean): Promise<void> {
  await eventually(wanted, async () => {
    if (!arrived()) await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    return arrived();
  });
}
const active = (): vscode.TextDocument | undefined => vscode.window.activeTextEditor?.document;

describe('Diagnose', () => {
  let contract: vscode.Uri;
  const settings = () => vscode.workspace.getConfiguration('hotpocket');

  before(async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    contract = vscode.Uri.joinPath(folder?.uri ?? vscode.Uri.file(''), 'diagnose ü');
    mkdirSync(contract.fsPath);
    await vscode.extensions.getExtension('hotpocket-studio.hotpocket-studio')?.activate();
    await settings().update('userPortBegin', USER_PORT, vscode.ConfigurationTarget.Workspace);
  });
  after(async () => {
    await settings().update('userPortBegin', undefined, vscode.ConfigurationTarget.Workspace);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(contract.fsPath, { recursive: true });
  });

  it('lists what it found, and Enter does what helps against it', async () => {
    const file = join(contract.fsPath, 'hp.cfg.override');
    writeFileSync(file, '{ "contract": 1 }');
    await vscode.commands.executeCommand('hotpocket.diagnose', contract);
    await press('the override in an editor', () => active()?.uri.fsPath === file);
  });

  it('shows the whole report as a document', async () => {
    writeFileSync(join(contract.fsPath, 'hp.cfg.override'), '{ "contract": { "bin_path": "/bin/sh" } }');
    // With nothing to do something about it is all there is to choose.
    await vscode.commands.executeCommand('hotpocket.diagnose', contract);
    await press('the report', () => active()?.uri.scheme === 'hotpocket-report');
    const text = active()?.getText() ?? '';
    for (const part of ['Node.js\n', `Free: ${USER_PORT}–${USER_PORT + 2} for users`, 'It is valid: /bin/sh', 'Nothing is wrong.\n']) ok(text.includes(part), `${part} in ${text}`);
    strictEqual(active()?.isDirty, false);
  });

  it('says who holds a port', async () => {
    const server = createServer().listen(USER_PORT + 1, '127.0.0.1');
    try {
      const settings = 'Settings';
      await vscode.commands.executeCommand('hotpocket.diagnose', contract);
      await press('the setting for ports', () => vscode.window.tabGroups.activeTabGroup.activeTab?.label === settings);
    } finally {
      server.close();
    }
  });
});
