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
    const now = ledgers.filter && filterText(ledgers.filter, vscode.l10n);
    const item = (filter?: LedgerFilter): FilterItem => {
      const label = filter ? filterText(filter, vscode.l10n) : vscode.l10n.t('All ledgers');
      const about = [...(filter?.kind === 'user' ? [filter.key] : []), ...(label === now || (now === undefined && !filter) ? [vscode.l10n.t('now')] : [])];
      return { label, description: about.join(' · '), ...(filter && { filter }) };
    };
    const items: readonly FilterItem[] = [
      item(),
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
