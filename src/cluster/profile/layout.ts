/** A row of a table with a bar; the cells stand right-aligned after the label. */
export interface TableRow {
  readonly label: string;
  readonly cells: readonly string[];
  /** Of the longest bar there could be, 0 to 1. */
  readonly bar?: number;
  /** Puts colour on the bar. */
  readonly paint?: (bar: string) => string;
}

const GAP = 2;
const SHORTEST_BAR = 6;
const LONGEST_BAR = 40;
const SHORTEST_LABEL = 8;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/**
 * Lines no longer than `width` columns. Where that is little the bars go first, then cells from the right but for the first one, and at
 * last the ends of labels.
 */
export function tableLines(rows: readonly TableRow[], width: number): string[] {
  const longest = Math.max(...rows.map(({ label }) => label.length));
  const columns = rows[0]?.cells.map((_, i) => Math.max(...rows.map(({ cells }) => cells[i]?.length ?? 0))) ?? [];
  const taken = (label: number, shown: readonly number[]): number => label + shown.reduce((sum, column) => sum + GAP + column, 0);
  let shown = columns.length;
  while (shown > 1 && taken(longest, columns.slice(0, shown)) > width) shown--;
  const kept = columns.slice(0, shown);
  const label = Math.max(SHORTEST_LABEL, Math.min(longest, width - taken(0, kept)));
  const room = shown < columns.length ? 0 : Math.min(LONGEST_BAR, width - taken(label, kept) - GAP);
  return rows.map((row) => {
    const cells = kept.map((column, i) => ' '.repeat(GAP) + (row.cells[i] ?? '').padStart(column)).join('');
    const bar = room < SHORTEST_BAR ? '' : barOf(row.bar ?? 0, room);
    return `${shortened(row.label, label).padEnd(label)}${cells}${bar === '' ? '' : ' '.repeat(GAP) + (row.paint?.(bar) ?? bar)}`.trimEnd();
  });
}

/** The text in lines no longer than `width`, unless a word is. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function barOf(share: number, room: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * room * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

const shortened = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);
