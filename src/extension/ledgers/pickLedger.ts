import * as vscode from 'vscode';
import type { LedgerInfo } from '../../base/ledgers';
import { parseNumbers } from './ledgerFilter';
import { ledgerRow } from './ledgerRow';

/** One of the known ledgers, or any whose number is typed; undefined if none is picked. */
export function pickLedger(known: readonly LedgerInfo[]): Promise<number | undefined> {
  const time = new Intl.DateTimeFormat(vscode.env.language, { timeStyle: 'medium' });
  const items = known.map((ledger) => {
    const { label, description = '' } = ledgerRow(ledger, (ms) => time.format(ms), vscode.l10n);
    return { label, description, seqNo: ledger.seqNo };
  });
  return pickOrType(items, vscode.l10n.t('Number of a ledger'), (text) => {
    const numbers = parseNumbers(text);
    const isNew = numbers && numbers.first === numbers.last && !known.some(({ seqNo }) => seqNo === numbers.first);
    return isNew ? { label: `#${numbers.first}`, description: vscode.l10n.t('not in the list'), seqNo: numbers.first } : undefined;
  }).then((item) => item?.seqNo);
}

/** A quick pick with one more item for what was typed. */
export function pickOrType<T extends vscode.QuickPickItem>(items: readonly T[], placeholder: string, typed: (text: string) => T | undefined): Promise<T | undefined> {
  const pick = vscode.window.createQuickPick<T>();
  pick.placeholder = placeholder;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.items = items;
  pick.onDidChangeValue((text) => {
    const own = typed(text);
    pick.items = own ? [{ ...own, alwaysShow: true }, ...items] : items;
  });
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}
