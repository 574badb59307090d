/** Columns as VS Code's terminal counts them: by code point, after the East Asian widths of Unicode. */

const ZERO = /^[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff]$/u;
const SOFT_HYPHEN = '\u00ad';
/** Scripts of full width; the symbols of that width are those that are shown as emoji by themselves. */
const WIDE = /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})$/u;
/** Letters that make up flags stand alone and narrow here. */
const REGIONAL = /^\p{Regional_Indicator}$/u;
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Of one code point that is not a control character. */
export function characterWidth(character: string): 0 | 1 | 2 {
  if (PRINTABLE_ASCII.test(character)) return 1;
  if (character !== SOFT_HYPHEN && ZERO.test(character)) return 0;
  return WIDE.test(character) && !REGIONAL.test(character) ? 2 : 1;
}

export function textWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}
