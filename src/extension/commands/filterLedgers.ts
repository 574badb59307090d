import * as vscode from 'vscode';
import { filterText, parseNumbers, type LedgerFilter } from '../ledgers/ledgerFilter';
import { pickOrType } from '../ledgers/pickLedger';
import { whileLooking } from '../ui/progress';
import type { Command } from './command';

interface FilterItem extends vscode.QuickPickItem {
  readonly filter?: LedgerFilter;
}

/** Which ledgers the view shows. */
export const filterLedgers: Command = {
  id: 'hotpocket.filterLedgers',
  async run(services) {
    const ledgers = await services.ledgers();
    await whileLooking(vscode.l10n.t('Looking at ledgers'), () => ledgers.count());
    const users = new Set(ledgers.known.flatMap(({ inputUsers = [] }) => inputUsers));
    const item = (filter: LedgerFilter): FilterItem => ({ label: filterText(filter, vscode.l10n), ...(filter.kind === 'user' && { description: filter.key }), filter });
    const items: readonly FilterItem[] = [
      { label: vscode.l10n.t('all ledgers') },
      item({ kind: 'inputs' }),
      item({ kind: 'outputs' }),
      ...[...users].map((key) => item({ kind: 'user', key })),
    ];
    const chosen = await pickOrType(items, vscode.l10n.t('Ledgers to show; or type a number, or two as 10-20'), (text) => {
      const numbers = parseNumbers(text);
      return numbers && item(numbers);
    });
    if (!chosen) return;
    ledgers.filter = chosen.filter;
    await vscode.commands.executeCommand('hotpocket.ledgers.focus');
  },
};
