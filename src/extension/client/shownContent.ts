import { isUtf8 } from 'node:buffer';
import { bytesText } from '../../base/quantities';
import { dim, visible } from './ansi';
import { prettyJson } from './prettyJson';
import type { L10n } from '../model/words';

const MAX_TEXT = 4000;
const MAX_BYTES = 64;

/** What a contract sent, as a reader wants it: JSON in order and in colours, text as it is, anything else by its bytes. */
export function shownContent(bytes: Buffer, l10n: L10n): string {
  if (!isUtf8(bytes)) return shownBytes(bytes);
  const text = bytes.toString();
  if (text === '') return dim(l10n.t('(empty)'));
  return prettyJson(text) ?? shownText(text, l10n);
}

/** Text of any length, cut where it would fill the screen. */
export function shownText(text: string, l10n: L10n): string {
  const shown = visible(text.slice(0, MAX_TEXT));
  return text.length > MAX_TEXT ? shown + dim(l10n.t('… and {0} more characters', text.length - MAX_TEXT)) : shown;
}

function shownBytes(bytes: Buffer): string {
  const hex = bytes.subarray(0, MAX_BYTES).toString('hex').replace(/..\B/g, '$& ');
  return `${dim(`${bytesText(bytes.length)}:`)} ${hex}${bytes.length > MAX_BYTES ? ' …' : ''}`;
}
