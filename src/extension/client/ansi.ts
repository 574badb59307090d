/** Styles of the terminal's own palette, so that they follow the colour theme. */
const ESC = '\u001b';

const style = (on: number, off: number) => (text: string): string => `${ESC}[${on}m${text}${ESC}[${off}m`;

export const bold = style(1, 22);
export const dim = style(2, 22);
export const red = style(31, 39);
export const green = style(32, 39);
export const yellow = style(33, 39);
export const cyan = style(36, 39);

export const clearAll = `${ESC}[2J${ESC}[3J${ESC}[H`;
export const eraseBelow = `\r${ESC}[J`;
export const up = (rows: number): string => (rows > 0 ? `${ESC}[${rows}A` : '');
export const right = (columns: number): string => (columns > 0 ? `${ESC}[${columns}C` : '');
/** Pastes arrive as one piece between marks, with their line breaks. */
export const bracketedPaste = (on: boolean): string => `${ESC}[?2004${on ? 'h' : 'l'}`;
export const bell = '\u0007';

const UNSEEN = /[\p{Cc}\p{Bidi_Control}]/gu;

/** Text of others as it can be shown: nothing in it steers the terminal. Line breaks stay. */
export function visible(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(UNSEEN, (character) => {
    if (character === '\n' || character === '\t') return character;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
