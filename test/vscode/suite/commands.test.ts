import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension';
import type { Services } from '../../../src/extension/services';
import { eventually } from './eventually';

// Commands as keybindings and other extensions call them: with anything, twice at once, on what has just vanished.
const SETTINGS = { userPortBegin: 26_381, peerPortBegin: 27_061, roundTime: 500, rounds: 'eager' };
let services: Services;
let contract: vscode.Uri;

const command = (name: string, ...args: unknown[]) => vscode.commands.executeCommand(`hotpocket.${name}`, ...args);
const states = () => services.model.status?.nodes.map(({ state }) => state.kind);

describe('commands', () => {
  before(async () => {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    contract = vscode.Uri.joinPath(folder?.uri ?? vscode.Uri.file(''), 'ein contract');
    mkdirSync(contract.fsPath);
    writeFileSync(join(contract.fsPath, 'hp.cfg.override'), JSON.stringify({ contract: { bin_path: '/bin/sh', bin_args: '-c true' } }));
    writeFileSync(join(contract.fsPath, 'zustand ü.txt'), 'content');
    const settings = vscode.workspace.getConfiguration('hotpocket');
    for (const [name, value] of Object.entries(SETTINGS)) await settings.update(name, value, vscode.ConfigurationTarget.Workspace);
    // Called before activation is complete, it waits.
    await command('refresh');
    const extension = vscode.extensions.getExtension<ExtensionApi>('hotpocket-studio.hotpocket-studio');
    services = await (await extension?.activate())!.services;
  });
  after(async () => {
    if (services.model.status) await services.engine.clean();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of Object.keys(SETTINGS)) await vscode.workspace.getConfiguration('hotpocket').update(name, undefined, vscode.ConfigurationTarget.Workspace);
    rmSync(contract.fsPath, { recursive: true });
  });

  it('say that there is no cluster, and throw nothing', async () => {
    for (const name of ['startNode', 'stopNode', 'restartNode', 'startAll', 'stopAll', 'spawnNode', 'clean', 'copyEndpoint', 'openStateFile', 'compareStateFile', 'showLog', 'showAllLogs', 'switchRounds', 'showProfile']) await command(name);
    strictEqual(services.model.view.kind, 'none');
  });

  it('deploy the one contract there is, once, when called twice', async () => {
    await Promise.all([command('deploy'), command('deploy')]);
    await eventually('all nodes to run', () => states()?.join() === 'running,running,running');
    strictEqual(services.model.status?.contractPath, contract.fsPath);
    deepStrictEqual(services.model.status.nodes.map(({ userPort }) => userPort), [26_381, 26_382, 26_383]);
    strictEqual(services.model.status.roundTime, 500);
    await eventually('eager rounds', () => services.model.status?.rounds === 'eager');
  });

  it('switch when rounds start, and the setting if there is one, which switches them as well', async () => {
    const settings = () => vscode.workspace.getConfiguration('hotpocket');
    await command('switchRounds', 'grid');
    await eventually('rounds on the grid', () => services.model.status?.rounds === 'grid');
    strictEqual(settings().get('rounds'), 'grid');
    await settings().update('rounds', 'eager', vscode.ConfigurationTarget.Workspace);
    await eventually('eager rounds', () => services.model.status?.rounds === 'eager');
    // Without it the cluster stays as it is, and so does the setting.
    await settings().update('rounds', undefined, vscode.ConfigurationTarget.Workspace);
    await command('switchRounds', 'grid');
    await eventually('rounds on the grid', () => services.model.status?.rounds === 'grid');
    strictEqual(settings().inspect('rounds')?.workspaceValue ?? settings().inspect('rounds')?.globalValue, undefined);
  });

  it('deploy what was clicked on in the explorer, a folder or the override in it', async () => {
    for (const clicked of [contract, vscode.Uri.joinPath(contract, 'hp.cfg.override')]) {
      const before = services.model.status?.nodes.map(({ state }) => ('pid' in state ? state.pid : 0));
      await command('deploy', clicked);
      strictEqual(services.model.status?.contractPath, contract.fsPath);
      await eventually('all nodes to be other processes', () => services.model.status?.nodes.every(({ state }, i) => state.kind === 'running' && state.pid !== before?.[i]));
    }
  });

  it('show the problems that the build has, and deploy nothing then', async () => {
    const before = services.model.status?.nodes.map(({ state }) => ('pid' in state ? state.pid : 0));
    const project = vscode.Uri.joinPath(contract, '..');
    writeFileSync(join(project.fsPath, 'index.ts'), 'let x = 1 +;\n');
    writeFileSync(join(project.fsPath, 'build.js'), String.raw`console.error('\u2718 [ERROR] Unexpected ";"\n\n    index.ts:1:11:\n      1 \u2502 let x = 1 +;\n        \u2575            ^\n'); process.exitCode = 1;`);
    writeFileSync(join(project.fsPath, 'package.json'), JSON.stringify({ scripts: { build: 'node build.js' } }));
    await command('deploy', contract);
    const problems = () => vscode.languages.getDiagnostics(vscode.Uri.joinPath(project, 'index.ts')).filter(({ source }) => source === 'esbuild');
    await eventually('problems', () => problems().length > 0);
    deepStrictEqual(problems().map(({ message, severity, range }) => [message, severity, range.start.line]), [['Unexpected ";"', vscode.DiagnosticSeverity.Error, 0]]);
    deepStrictEqual(services.model.status?.nodes.map(({ state }) => ('pid' in state ? state.pid : 0)), before);
    for (const name of ['index.ts', 'build.js', 'package.json']) rmSync(join(project.fsPath, name));
  });

  it('stop and start a node, also twice at once', async () => {
    await Promise.all([command('stopNode', 3), command('stopNode', { kind: 'node', id: 'cluster/default/node/3', node: 3 })]);
    await eventually('node 3 to stop', () => states()?.[2] === 'stopped');
    await Promise.all([command('startNode', 3), command('startNode', 3)]);
    await eventually('node 3 to run', () => states()?.[2] === 'running');
    await command('restartNode', 2);
    await eventually('all nodes to run', () => states()?.every((state) => state === 'running') === true);
  });

  it('bear nodes that are gone and arguments that are none', async () => {
    for (const name of ['startNode', 'stopNode', 'restartNode', 'copyEndpoint', 'openStateFile', 'compareStateFile', 'showProfile']) await command(name, 99);
    for (const argument of [undefined, null, 'x', {}, { kind: 'file' }, { kind: 'node', id: 'x', node: 99 }]) await command('copyText', argument);
    deepStrictEqual(states(), ['running', 'running', 'running']);
  });

  it('copy what is shown', async () => {
    await command('copyEndpoint', 2);
    strictEqual(await vscode.env.clipboard.readText(), 'wss://localhost:26382');
    await command('copyText', { kind: 'value', id: 'x', node: 3, name: 'publicKey' });
    strictEqual(await vscode.env.clipboard.readText(), services.model.status?.nodes[2]?.publicKey);
  });

  it('open a state file, which nobody can change', async () => {
    await command('openStateFile', { kind: 'file', id: 'x', node: 1, path: 'zustand ü.txt' });
    const document = vscode.window.activeTextEditor?.document;
    strictEqual(document?.getText(), 'content');
    strictEqual(document.uri.scheme, 'hotpocket-state');
    strictEqual(vscode.workspace.fs.isWritableFileSystem('hotpocket-state'), false);
    await rejects(Promise.resolve(vscode.workspace.fs.writeFile(document.uri, Buffer.from('other'))));
    await rejects(Promise.resolve(vscode.workspace.fs.readFile(document.uri.with({ path: '/default/node1/../../cluster.json' }))));
    await rejects(Promise.resolve(vscode.workspace.fs.stat(document.uri.with({ path: '/default/node9/x' }))));
    const listed = await vscode.workspace.fs.readDirectory(document.uri.with({ path: '/default/node2' }));
    deepStrictEqual(listed, [['zustand ü.txt', vscode.FileType.File]]);
  });

  it('compare a state file of two nodes', async () => {
    await command('compareStateFile', { kind: 'file', id: 'x', node: 1, path: 'zustand ü.txt' }, 3);
    const { label, input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
    ok(input instanceof vscode.TabInputTextDiff);
    deepStrictEqual([label, input.original.path, input.modified.path], ['zustand ü.txt: node 1 ↔ node 3', '/default/node1/zustand ü.txt', '/default/node3/zustand ü.txt']);
    const sides = () => vscode.window.visibleTextEditors.filter(({ document }) => document.uri.scheme === 'hotpocket-state').map(({ document }) => document.getText());
    await eventually('both sides', () => sides().length === 2);
    deepStrictEqual(sides(), ['content', 'content']);
  });

  it('show where the rounds of a node are spent, and go on showing it', async () => {
    await command('showProfile', { kind: 'rounds', id: 'x', node: 2 });
    const document = vscode.window.activeTextEditor?.document;
    strictEqual(document?.uri.scheme, 'hotpocket-profile');
    strictEqual(document.uri.path.split('/').at(-1), 'Rounds of node 2');
    const last = () => Number(/^Node 2, .*?(\d+): \d+ rounds?, round time 500 ms\n\nPhase /.exec(document.getText())?.[1] ?? 0);
    await eventually('a ledger', () => last() > 0);
    const before = last();
    await eventually('the next ledger but one', () => last() > before + 1);
    ok(services.nodeRounds.of(2).length > 1);
    strictEqual(vscode.workspace.fs.isWritableFileSystem('hotpocket-profile'), undefined);
    // Called again it is the same document.
    await command('showProfile', 2);
    strictEqual(vscode.window.activeTextEditor?.document, document);
    // Opened again, it says why it does not go on.
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await command('stopNode', 2);
    await command('showProfile', 2);
    await eventually('the rounds of a node that stands', () => vscode.window.activeTextEditor?.document.getText().startsWith('Node 2 does not run now.\n\nNode 2, ledger') === true);
    await command('startNode', 2);
    await eventually('the rounds of node 2', () => vscode.window.activeTextEditor?.document.getText().startsWith('Node 2, ledger') === true);
  });

  it('add a node', async () => {
    await command('spawnNode');
    await eventually('a fourth node', () => states()?.length === 4);
    strictEqual(services.model.status?.nodes[3]?.inUnl, false);
    await command('stopAll');
    await eventually('all nodes to stop', () => states()?.every((state) => state === 'stopped') === true);
  });
});
