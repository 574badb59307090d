import { isZeroHash, type LedgerInfo } from '../../base/ledgers';
import { literal, table } from '../model/markdown';
import type { L10n } from '../model/words';
import type { Row } from '../views/row';

/** A closed ledger in the list. `timeText` makes text of ms since 1970. */
export function ledgerRow(ledger: LedgerInfo, timeText: (ms: number) => string, l10n: L10n): Row {
  const { seqNo, hash, time } = ledger;
  const label = `#${seqNo}`;
  const busy = [inputsText(ledger, l10n), outputsText(ledger, l10n)].filter((text) => text !== undefined);
  const shown = [...(time === undefined ? [] : [timeText(time)]), ...busy, ...(ledger.users ? [counted(ledger.users, l10n.t('1 user'), (n) => l10n.t('{0} users', n))] : []), hash.slice(0, 8)];
  return {
    label,
    description: shown.join(' · '),
    tooltip: tooltip(ledger, timeText, l10n),
    icon: { id: inputsText(ledger, l10n) === undefined ? 'database' : 'inbox' },
    contextValue: 'closedLedger',
    children: 'none',
    spoken: [l10n.t('Ledger {0}', seqNo), ...shown].join(', '),
    copy: hash,
  };
}

function inputsText({ inputs, inputHash }: LedgerInfo, l10n: L10n): string | undefined {
  if (inputs === undefined) return inputHash === undefined || isZeroHash(inputHash) ? undefined : l10n.t('inputs');
  return inputs === 0 ? undefined : counted(inputs, l10n.t('1 input'), (n) => l10n.t('{0} inputs', n));
}

function outputsText({ outputs, outputHash }: LedgerInfo, l10n: L10n): string | undefined {
  if (outputs === undefined) return outputHash === undefined || isZeroHash(outputHash) ? undefined : l10n.t('outputs');
  return outputs === 0 ? undefined : counted(outputs, l10n.t('1 output'), (n) => l10n.t('{0} outputs', n));
}

const counted = (count: number, one: string, more: (n: number) => string): string => (count === 1 ? one : more(count));

function tooltip(ledger: LedgerInfo, timeText: (ms: number) => string, l10n: L10n): string {
  const hashes: readonly (readonly [string, string | undefined])[] = [
    [l10n.t('Ledger hash'), ledger.hash],
    [l10n.t('Previous hash'), ledger.prevHash],
    [l10n.t('State hash'), ledger.stateHash],
    [l10n.t('Configuration hash'), ledger.configHash],
    [l10n.t('User hash'), ledger.userHash],
    [l10n.t('Input hash'), ledger.inputHash],
    [l10n.t('Output hash'), ledger.outputHash],
  ];
  const rows = hashes.flatMap(([name, hash]) => (hash === undefined ? [] : [[name, isZeroHash(hash) ? l10n.t('none') : `\`${hash}\``]]));
  return table([literal(l10n.t('Ledger {0}', ledger.seqNo)), ledger.time === undefined ? '' : literal(timeText(ledger.time))], rows);
}
