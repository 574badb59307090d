import { deepStrictEqual, match, ok } from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension';
import type { Services } from '../../../src/extension/services';
import { eventually } from './eventually';

const SETTINGS = { userPortBegin: 26_421, peerPortBegin: 27_101, roundTime: 500, clusterSize: 1, buildBeforeDeploy: false };

// A contract that does not find its own file is explained in the tree's data and in the log, until it is mended.
describe('known failures', () => {
  let services: Services;
  let contract: vscode.Uri;
  const settings = () => vscode.workspace.getConfiguration('hotpocket');
  /** How quick this machine is is not what is looked at. */
  const codes = () => services.troubles.current.filter(({ severity, code }) => severity !== 'note' && code !== 'CONTRACT_TOO_SLOW').map(({ code, nodes }) => `${code} ${nodes.join()}`);

  before(async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    contract = vscode.Uri.joinPath(folder?.uri ?? vscode.Uri.file(''), 'not found ü');
    mkdirSync(contract.fsPath);
    for (const [name, value] of Object.entries(SETTINGS)) await settings().update(name, value, vscode.ConfigurationTarget.Workspace);
    services = await (await vscode.extensions.getExtension<ExtensionApi>('hotpocket-studio.hotpocket-studio')?.activate())!.services;
  });
  after(async () => {
    if (services.model.status) await services.engine.clean();
    await vscode.commands.executeCommand('notifications.clearAll');
    for (const name of Object.keys(SETTINGS)) await settings().update(name, undefined, vscode.ConfigurationTarget.Workspace);
    rmSync(contract.fsPath, { recursive: true });
  });

  async function deploy(override: object): Promise<void> {
    writeFileSync(join(contract.fsPath, 'hp.cfg.override'), JSON.stringify({ contract: override }));
    await vscode.commands.executeCommand('hotpocket.deploy', contract);
  }

  it('are recognised while they happen', async () => {
    await deploy({ bin_path: process.execPath, bin_args: 'index.js', environment: { ELECTRON_RUN_AS_NODE: '1' }, consensus: { roundtime: 500 } });
    await eventually('the trouble', () => codes().includes('CONTRACT_MODULE_NOT_FOUND 1'));
    deepStrictEqual(codes(), ['CONTRACT_MODULE_NOT_FOUND 1']);
    await vscode.commands.executeCommand('hotpocket.explainTrouble');
  });

  it('are explained where the log shows them', async () => {
    const { logFile } = services.model.status!.nodes[0]!;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(logFile));
    const at = document.getText().indexOf('Cannot find module');
    ok(at > 0 && document.languageId === 'hotpocket-log');
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, document.positionAt(at));
    const text = hovers.flatMap(({ contents }) => contents.map((one) => (typeof one === 'string' ? one : one.value))).join('\n');
    match(text, /The contract does not find[^]*bin\\_args[^]*command:hotpocket\.build[^]*CONTRACT\\_MODULE\\_NOT\\_FOUND/);
  });

  it('are over when they are mended', async () => {
    writeFileSync(join(contract.fsPath, 'index.js'), '');
    await deploy({ bin_path: process.execPath, bin_args: 'index.js', environment: { ELECTRON_RUN_AS_NODE: '1' }, consensus: { roundtime: 500 } });
    await eventually('no trouble', () => services.model.status?.nodes[0]?.ledger !== undefined && codes().length === 0);
  });
});
