import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../../src/extension/extension';

const found = vscode.extensions.getExtension<ExtensionApi>('hotpocket-studio.hotpocket-studio');
ok(found);
const extension = found;
const { contributes } = extension.packageJSON as { contributes: { commands: { command: string }[]; views: Record<string, { id: string }[]> } };

describe('activation', () => {
  it('loads neither engine nor client, and no library of theirs', () => {
    // Above each module esbuild names its file.
    const bundle = readFileSync(join(extension.extensionPath, 'dist', 'extension.js'), 'utf8');
    const modules = [...bundle.matchAll(/^\/\/ ((?:src|node_modules)\/\S+)$/gm)].map(([, path]) => path ?? '');
    ok(modules.includes('src/extension/extension.ts'));
    deepStrictEqual(modules.filter((path) => path.startsWith('node_modules/') || /^src\/(client|node|cli)\/|^src\/cluster\/embedded\/(engine|link|connection|rpc|supervisor)/.test(path)), []);
    // A copy of VS Code's API in each file would take longer than all the rest (build.mjs).
    ok(!/__toESM\(require\("vscode"\)\)/.test(bundle));
  });

  it('makes all commands and views of package.json work', async () => {
    await extension.activate();
    const known = await vscode.commands.getCommands(true);
    const wanted = [...contributes.commands.map(({ command }) => command), ...Object.values(contributes.views).flat().map(({ id }) => `${id}.focus`)];
    deepStrictEqual(wanted.filter((id) => !known.includes(id)), []);
    // VS Code itself adds some for each view.
    deepStrictEqual(known.filter((id) => /^hotpocket\.(?!(cluster|ledgers)\.)/.test(id) && !wanted.includes(id)), []);
  });

  it('bears variables of the environment that make no sense', async () => {
    const { engine } = await (await extension.activate()).services;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    for (const [name, value] of [['HP_CLUSTER_SIZE', 'many'], ['HP_USER_PORT_BEGIN', '99999'], ['HP_DEFAULT_NODE', '-']] as const) {
      process.env[name] = value;
      try {
        // Refused in words, which UI tests look at; nothing is thrown at VS Code and nothing made.
        if (name === 'HP_DEFAULT_NODE') await vscode.commands.executeCommand('hotpocket.openClient');
        else await vscode.commands.executeCommand('hotpocket.deploy', folder);
      } finally {
        delete process.env[name];
      }
      strictEqual(await engine.status(), undefined);
    }
  });
});
