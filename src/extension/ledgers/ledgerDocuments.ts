import * as vscode from 'vscode';
import type { LedgerInfo } from '../../base/ledgers';
import { ledgerText } from './ledgerText';

const LEDGER_SCHEME = 'hotpocket-ledger';

/** Ledgers as read-only documents. What a ledger is never changes, so none follows what happens. */
export class LedgerDocuments implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;

  /** The text is kept as long as the document is open. */
  register(): vscode.Disposable[] {
    return [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(LEDGER_SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
    ];
  }

  async show(ledger: LedgerInfo): Promise<void> {
    const uri = vscode.Uri.from({ scheme: LEDGER_SCHEME, path: `/${ledger.hash}/${vscode.l10n.t('Ledger {0}', ledger.seqNo)}.json` });
    this.texts.set(uri.toString(), ledgerText(ledger));
    this.changed.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }
}
