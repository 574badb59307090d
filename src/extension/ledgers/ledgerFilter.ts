import { isZeroHash, type LedgerInfo } from '../../base/ledgers';
import type { L10n } from '../model/words';

export type LedgerFilter =
  | { readonly kind: 'inputs' }
  | { readonly kind: 'outputs' }
  /** With inputs of this user. */
  | { readonly kind: 'user'; readonly key: string }
  | { readonly kind: 'numbers'; readonly first: number; readonly last: number };

export function passes(ledger: LedgerInfo, filter: LedgerFilter | undefined): boolean {
  switch (filter?.kind) {
    case undefined: return true;
    case 'inputs': return hasSome(ledger.inputs, ledger.inputHash);
    case 'outputs': return hasSome(ledger.outputs, ledger.outputHash);
    case 'user': return ledger.inputUsers?.includes(filter.key) ?? false;
    case 'numbers': return ledger.seqNo >= filter.first && ledger.seqNo <= filter.last;
  }
}

/** `12`, or `12-20`. */
export function parseNumbers(text: string): LedgerFilter & { kind: 'numbers' } | undefined {
  const [, first, last = first] = /^\s*#?(\d{1,15})\s*(?:[-–]\s*#?(\d{1,15})\s*)?$/.exec(text) ?? [];
  if (first === undefined || Number(last) < Number(first)) return undefined;
  return { kind: 'numbers', first: Number(first), last: Number(last) };
}

export function filterText(filter: LedgerFilter, l10n: L10n): string {
  switch (filter.kind) {
    case 'inputs': return l10n.t('With inputs');
    case 'outputs': return l10n.t('With outputs');
    case 'user': return l10n.t('With inputs of {0}', `${filter.key.slice(0, 10)}…`);
    case 'numbers': return filter.first === filter.last ? `#${filter.first}` : `#${filter.first}–#${filter.last}`;
  }
}

const hasSome = (count: number | undefined, hash: string | undefined): boolean => (count === undefined ? hash !== undefined && !isZeroHash(hash) : count > 0);
