import * as vscode from 'vscode';
import type { LedgerInfo } from '../../base/ledgers';
import { RowCommands } from '../ui/rowCommands';
import { rowItem } from '../views/treeItem';
import type { LedgerElement } from './ledgerElement';
import { ledgerRow } from './ledgerRow';

/** With eager rounds ledgers come faster than one can read, and a click into a row that is shown anew is lost. */
const EVERY_MS = 1_000;

/** Commands of rows that are not shown any more, or not yet again. */
const KEPT = 500;

export interface ShownLedgers {
  /** Newest first. */
  readonly shown: readonly LedgerInfo[];
  readonly hasOlder: boolean;
}

/** The rows of the view. Quiet while nobody looks. */
export class LedgerTree implements vscode.TreeDataProvider<LedgerElement>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly time = new Intl.DateTimeFormat(vscode.env.language, { timeStyle: 'medium' });
  private readonly presses = new RowCommands();
  private waiting: NodeJS.Timeout | undefined;
  private shownAt = 0;
  private watching = false;

  constructor(private readonly ledgers: ShownLedgers) {}

  watch(visible: boolean): void {
    this.watching = visible;
    if (visible) this.refresh();
  }

  /** Shows what changed, soon. */
  refreshSoon(): void {
    if (this.watching) this.waiting ??= setTimeout(() => this.refresh(), Math.max(0, this.shownAt + EVERY_MS - Date.now()));
  }

  refresh(): void {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    this.shownAt = Date.now();
    this.changed.fire(undefined);
  }

  getChildren(element?: LedgerElement): LedgerElement[] {
    if (element) return [];
    const { shown, hasOlder } = this.ledgers;
    this.presses.keepNewest(shown.length + KEPT);
    return [...shown.map((ledger) => ({ kind: 'closedLedger', ledger, copy: ledger.hash }) as const), ...(hasOlder ? [{ kind: 'older' } as const] : [])];
  }

  getTreeItem(element: LedgerElement): vscode.TreeItem {
    if (element.kind === 'older') {
      const item = new vscode.TreeItem(vscode.l10n.t('Show older ledgers'));
      item.id = 'older';
      item.iconPath = new vscode.ThemeIcon('ellipsis');
      item.command = { command: 'hotpocket.showOlderLedgers', title: item.label as string };
      return item;
    }
    const { ledger } = element;
    const item = rowItem(ledgerRow(ledger, (ms) => this.time.format(ms), vscode.l10n));
    item.id = `ledger/${ledger.seqNo}`;
    item.command = this.presses.of('hotpocket.openLedger', vscode.l10n.t('Open'), item.id, ledger.seqNo);
    return item;
  }

  dispose(): void {
    clearTimeout(this.waiting);
    this.presses.dispose();
    this.changed.dispose();
  }
}
