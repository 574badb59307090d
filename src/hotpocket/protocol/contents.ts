import type { Hex } from '../hash';
import { userOutputHash } from '../outputs';
import { elementTexts } from './jsonText';

/**
 * What a contract sent, as far as a message tells. JSON is ambiguous: the text "x" stands for the byte x, and also for
 * the three bytes "x" that a contract sent with their quotes (reference 6.5).
 */
export interface ReceivedContent {
  /** What a string stands for; everything else as it was written. */
  readonly bytes: Buffer;
  /** A string with its quotes. */
  readonly quoted?: Buffer;
}

/** Of a part of a message in JSON, as it was written. */
export function jsonContent(text: string): ReceivedContent {
  if (!text.startsWith('"')) return { bytes: Buffer.from(text) };
  return { bytes: Buffer.from(JSON.parse(text) as string), quoted: Buffer.from(text) };
}

export const jsonContents = (arrayText: string): ReceivedContent[] => elementTexts(arrayText).map(jsonContent);

/** Strings up to this number are tried in all mixtures; beyond it only all without, or all with their quotes. */
const MIXED_STRINGS = 10;
const MIXED_BYTES = 1024 * 1024;

/**
 * The exact bytes that a contract sent to a user: those whose hash is `outputHash`. Undefined if there are none, as for
 * text that is not UTF-8, which JSON cannot carry.
 */
export function exactMessages(pubkey: Hex, outputHash: Hex, contents: readonly ReceivedContent[]): Buffer[] | undefined {
  const strings = contents.filter(({ quoted }) => quoted).length;
  const size = contents.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const mixtures = strings <= MIXED_STRINGS && size <= MIXED_BYTES ? 2 ** strings : 0;
  const choices = [() => false, () => true, ...Array.from({ length: mixtures }, (_, mask) => (string: number) => ((mask >> string) & 1) === 1)];
  for (const isQuoted of strings === 0 ? choices.slice(0, 1) : choices) {
    let string = 0;
    const messages = contents.map(({ bytes, quoted }) => (quoted && isQuoted(string++) ? quoted : bytes));
    if (userOutputHash({ pubkey, messages }) === outputHash) return messages;
  }
  return undefined;
}
