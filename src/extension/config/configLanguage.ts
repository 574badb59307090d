import * as vscode from 'vscode';
import { basename } from 'node:path';
import { DisposableList } from '../../base/disposables';
import { OVERRIDE } from '../../project/contractFolders';
import type { ConfigFile, Problem } from './problems';
import { findingText, fixTitle } from './words';

const KINDS: Readonly<Record<string, ConfigFile>> = { 'hp.cfg': 'config', [OVERRIDE]: 'override' };
/** A pause in typing. */
const QUIET_MS = 200;

/** Not of what a comparison shows. */
const kindOf = ({ uri }: vscode.TextDocument): ConfigFile | undefined => (uri.scheme === 'file' ? KINDS[basename(uri.path)] : undefined);
/** Loaded with the first such file, because most sessions have none open. */
const language = () => import('./language');

/**
 * Marks in hp.cfg and hp.cfg.override what their schema (package.json, jsonValidation) does not know, and mends it. Completion, hover and types are
 * VS Code's own, by the schema.
 */
export class ConfigLanguage implements vscode.Disposable {
  private readonly owned = new DisposableList();
  private readonly marks = this.owned.add(vscode.languages.createDiagnosticCollection('hotpocket'));
  private readonly waiting = new Map<vscode.TextDocument, NodeJS.Timeout>();

  constructor() {
    const selector = { language: 'json', pattern: `**/{${Object.keys(KINDS).join(',')}}` };
    this.owned.add(vscode.workspace.onDidOpenTextDocument((document) => this.look(document, 0)));
    this.owned.add(vscode.workspace.onDidChangeTextDocument(({ document }) => this.look(document, QUIET_MS)));
    this.owned.add(vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)));
    this.owned.add(vscode.languages.registerCodeActionsProvider(selector, { provideCodeActions }, { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] }));
    this.owned.add({ dispose: () => this.waiting.forEach((timer) => clearTimeout(timer)) });
    for (const document of vscode.workspace.textDocuments) this.look(document, 0);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private look(document: vscode.TextDocument, afterMs: number): void {
    const kind = kindOf(document);
    if (!kind) return;
    clearTimeout(this.waiting.get(document));
    this.waiting.set(document, setTimeout(() => void this.mark(document, kind), afterMs));
  }

  private async mark(document: vscode.TextDocument, kind: ConfigFile): Promise<void> {
    const { problems } = await language();
    if (document.isClosed) return;
    this.marks.set(document.uri, problems(document.getText(), kind).map((problem) => diagnostic(document, problem)));
  }

  private forget(document: vscode.TextDocument): void {
    if (!kindOf(document)) return;
    clearTimeout(this.waiting.get(document));
    this.waiting.delete(document);
    this.marks.delete(document.uri);
  }
}

function diagnostic(document: vscode.TextDocument, { offset, length, finding }: Problem): vscode.Diagnostic {
  const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
  const mark = new vscode.Diagnostic(range, findingText(finding), finding.kind === 'refused' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning);
  mark.source = 'HotPocket';
  mark.code = finding.kind;
  return mark;
}

async function provideCodeActions(document: vscode.TextDocument, range: vscode.Range, context: vscode.CodeActionContext): Promise<vscode.CodeAction[]> {
  // Where nothing is marked nothing is to be mended.
  if (context.diagnostics.length === 0) return [];
  const { fixes } = await language();
  return fixes(document.getText(), document.offsetAt(range.start)).map((fix, i) => {
    const action = new vscode.CodeAction(fixTitle(fix), vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    for (const { offset, length, content } of fix.edits) {
      action.edit.replace(document.uri, new vscode.Range(document.positionAt(offset), document.positionAt(offset + length)), content);
    }
    action.diagnostics = [...context.diagnostics];
    action.isPreferred = i === 0 && fix.kind !== 'remove';
    return action;
  });
}
