import { dim } from './ansi';
import { characterWidth, textWidth } from './textWidth';

/** A prompt and the line behind it as rows of a terminal, none wider than it, and the place of the cursor. */
export interface PromptLayout {
  readonly rows: readonly { readonly text: string; readonly width: number }[];
  readonly cursorRow: number;
  readonly cursorColumn: number;
}

export interface Prompt {
  /** Printable and without styles. */
  readonly label: string;
  readonly text: string;
  /** In UTF-16 units. */
  readonly cursor: number;
}

const CUT = '…';
const LINE_BREAK = '⏎';

/** What does not fit into `maxRows` rows is left out, away from the cursor. */
export function layOut({ label, text, cursor }: Prompt, columns: number, maxRows: number): PromptLayout {
  const cells = columns * maxRows - textWidth(label) - 1;
  const part = around(text, cursor, Math.max(2, cells));
  const rows = [{ text: dim(label), width: textWidth(label) }];
  let place: { row: number; column: number } | undefined;
  const row = (): { text: string; width: number } => rows[rows.length - 1] as { text: string; width: number };
  const put = (shown: string, width: number): void => {
    if (row().width + width > columns) rows.push({ text: '', width: 0 });
    row().text += shown;
    row().width += width;
  };
  const mark = (): void => {
    if (row().width >= columns) rows.push({ text: '', width: 0 });
    place = { row: rows.length - 1, column: row().width };
  };
  let index = 0;
  for (const character of part.text) {
    if (index === part.cursor) mark();
    index += character.length;
    if (character === '\n') put(dim(LINE_BREAK), 1);
    else put(character, characterWidth(character));
  }
  if (!place) mark();
  const { row: cursorRow, column: cursorColumn } = place as unknown as { row: number; column: number };
  return { rows, cursorRow, cursorColumn };
}

/** As much of a text around its cursor as goes into so many cells, with a mark where something was cut off. */
function around(text: string, cursor: number, cells: number): { text: string; cursor: number } {
  if (text.length <= cells && textWidth(text) <= cells) return { text, cursor };
  const room = cells - 2;
  const ahead = firstCells(text.slice(cursor, cursor + cells), Math.ceil(room / 2));
  const before = lastCells(text.slice(Math.max(0, cursor - cells), cursor), room - textWidth(ahead));
  const after = firstCells(text.slice(cursor, cursor + cells), room - textWidth(before));
  const head = before.length < cursor ? CUT : '';
  const tail = cursor + after.length < text.length ? CUT : '';
  return { text: head + before + after + tail, cursor: head.length + before.length };
}

function firstCells(text: string, cells: number): string {
  let end = 0;
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > cells) break;
    end += character.length;
  }
  return text.slice(0, end);
}

const lastCells = (text: string, cells: number): string => [...firstCells([...text].reverse().join(''), cells)].reverse().join('');
