import type * as vscode from 'vscode';
import type { Finding, Severity } from '../../diagnose/finding';
import type { L10n } from '../model/words';
import type { Offer } from '../ui/offer';

const ICONS: Readonly<Record<Severity, string>> = { problem: '$(error)', warning: '$(warning)', note: '$(info)' };

/** A finding in a list, with what pressing Enter on it does. */
export interface FindingItem extends vscode.QuickPickItem {
  readonly offer: Offer;
}

/**
 * Screen readers read label, description and detail of an item one after another; so how bad it is stands in words, and what Enter does
 * before the remedy, which may be longer than what is shown.
 */
export function findingItem({ severity, error: { code, message, remedy } }: Finding, offer: Offer, word: string, l10n: L10n): FindingItem {
  return { label: `${ICONS[severity]} ${message}`, description: `${word} · ${code}`, detail: l10n.t('Enter: {0} — {1}', offer.title, remedy), offer };
}
