import type { LedgerInfo } from '../../base/ledgers';

/** A row of the view "Ledgers". */
export type LedgerElement =
  | { readonly kind: 'closedLedger'; readonly ledger: LedgerInfo; readonly copy: string }
  | { readonly kind: 'older' };

/** For commands, which may be called with anything. */
export function isClosedLedger(argument: unknown): argument is LedgerElement & { readonly kind: 'closedLedger' } {
  return typeof argument === 'object' && argument !== null && 'kind' in argument && argument.kind === 'closedLedger';
}
