import * as vscode from 'vscode';

const SCHEME = 'hotpocket-report';

/** The last report, as a document that can be read line by line, searched and copied. */
class ReportDocument implements vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private text = '';

  provideTextDocumentContent(): string {
    return this.text;
  }

  async show(text: string): Promise<void> {
    this.text = text;
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${vscode.l10n.t('HotPocket Diagnosis')}` });
    this.changed.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  }
}

let document: ReportDocument | undefined;

export async function showReport(context: vscode.ExtensionContext, text: string): Promise<void> {
  if (!document) {
    document = new ReportDocument();
    context.subscriptions.push(vscode.workspace.registerTextDocumentContentProvider(SCHEME, document));
  }
  await document.show(text);
}
