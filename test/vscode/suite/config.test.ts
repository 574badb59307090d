import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { eventually } from './eventually';

const OVERRIDE = `{
    "contract": {
        "bin_path": "/usr/bin/node",
        "roundtime": 3000,
        "consensus": {
            "threshold": 101
        }
    }
}
`;

let folder: vscode.Uri;
let document: vscode.TextDocument;

const at = (text: string): vscode.Position => document.positionAt(document.getText().indexOf(text) + 1);
const marks = () => vscode.languages.getDiagnostics(document.uri).map(({ message, severity }) => `${vscode.DiagnosticSeverity[severity]}: ${message}`).sort();

describe('the language of hp.cfg.override', () => {
  before(async () => {
    const [workspace] = vscode.workspace.workspaceFolders ?? [];
    ok(workspace);
    folder = vscode.Uri.joinPath(workspace.uri, 'einstellung ü');
    mkdirSync(folder.fsPath);
    const file = vscode.Uri.joinPath(folder, 'hp.cfg.override');
    writeFileSync(file.fsPath, OVERRIDE);
    await vscode.extensions.getExtension('hotpocket-studio.hotpocket-studio')?.activate();
    document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder.fsPath, { recursive: true });
  });

  it('is JSON with a schema: what is wrong is marked, by VS Code and by us', async () => {
    strictEqual(document.languageId, 'json');
    await eventually('two marks', () => marks().length >= 2);
    deepStrictEqual(marks(), [
      'Warning: "roundtime" belongs to the section "contract.consensus". Here HotPocket ignores it.',
      'Warning: Value is above the maximum of 100.',
    ]);
  });

  it('completes and explains', async () => {
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', document.uri, at('threshold'));
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    ok(labels.includes('stage_slice'), labels.join());
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at('threshold'));
    const text = hovers.flatMap(({ contents }) => contents.map((one) => (typeof one === 'string' ? one : one.value))).join('\n');
    match(text, /Percentage of the UNL that must agree\.[^]*From 1 to 100\.[^]*Default: `80`/);
  });

  it('moves a key to where it belongs', async () => {
    const place = at('"roundtime"');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, new vscode.Range(place, place));
    const ours = actions.filter(({ title }) => /^(Move|Remove|Rename)/.test(title));
    deepStrictEqual(ours.map(({ title }) => title), ['Move to "contract.consensus"', 'Remove']);
    ok(ours[0]?.edit && (await vscode.workspace.applyEdit(ours[0].edit)));
    deepStrictEqual(JSON.parse(document.getText()), { contract: { bin_path: '/usr/bin/node', consensus: { threshold: 101, roundtime: 3000 } } });
    await eventually('one mark', () => marks().length === 1);
  });

  it('is shown in what it makes of hp.cfg, before it is saved', async () => {
    const edit = new vscode.WorkspaceEdit();
    const begin = document.getText().indexOf('101');
    edit.replace(document.uri, new vscode.Range(document.positionAt(begin), document.positionAt(begin + 3)), '60');
    ok(await vscode.workspace.applyEdit(edit));
    await vscode.commands.executeCommand('hotpocket.previewOverride', document.uri);
    const shown = (side: string) => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'hotpocket-config' && uri.path.startsWith(`/${side}/`))?.getText() ?? '';
    await eventually('both texts', () => shown('before') !== '' && shown('after') !== '');
    const changed = (side: string) => shown(side).split('\n').filter((line) => /"(roundtime|threshold|bin_path)"/.test(line)).map((line) => line.trim());
    deepStrictEqual(changed('before'), ['"bin_path": "<your contract binary here>",', '"roundtime": 1000,', '"threshold": 80']);
    deepStrictEqual(changed('after'), ['"bin_path": "/usr/bin/node",', '"roundtime": 3000,', '"threshold": 60']);
    // Not from the beginning, where nothing differs.
    await eventually('the first difference', () => vscode.window.visibleTextEditors.some(({ document: one, selection }) => one.uri.path.startsWith('/after/') && one.lineAt(selection.active).text.includes('"bin_path"')));
  });
});
