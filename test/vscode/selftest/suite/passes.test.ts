import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it } from 'mocha';
import * as vscode from 'vscode';

describe('a suite that passes', () => {
  it('reaches the extension', async () => {
    const extension = vscode.extensions.getExtension('hotpocket-tests.harness-sample');
    await extension?.activate();
    assert.ok((await vscode.commands.getCommands()).includes('sample.greet'));
    console.log('printed by a test: ü');
  });

  it('has the workspace, settings and variables it was given', () => {
    assert.equal(basename(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? ''), 'Mein Vertrag für HotPocket');
    assert.equal(vscode.workspace.getConfiguration('editor').get('tabSize'), 3);
    assert.equal(process.env['SAMPLE_VARIABLE'], 'given');
  });

  it("hears of its own rejections only", async () => {
    void Promise.reject(Object.assign(new Error('a stray rejection of another extension'), { stack: 'Error\n    at other (/elsewhere/other.js:1:1)' }));
    await new Promise((resolve) => setImmediate(resolve));
  });

  it.skip('is skipped');
});
