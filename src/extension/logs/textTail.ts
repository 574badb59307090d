interface Piece {
  readonly text: string;
  readonly lines: number;
}

export interface TailLimits {
  readonly lines: number;
  readonly chars: number;
}

/**
 * The last lines of a text that grows, in the pieces it came in. Nothing is cut into lines or copied as long as nobody wants to see it: a
 * contract can print faster than strings can be made.
 */
export class TextTail {
  private readonly pieces: Piece[] = [];
  lines = 0;
  chars = 0;
  /** Lines that had to go. */
  dropped = 0;
  /** The first piece does not begin with a line. */
  private midLine = false;

  constructor(readonly limits: TailLimits) {}

  get count(): number {
    return this.pieces.length;
  }

  push(text: string): void {
    this.add({ text, lines: lineCount(text) });
    for (let [first] = this.pieces; first && this.isFullWithout(first); [first] = this.pieces) this.dropFirst(first);
  }

  /** The last pieces. */
  last(count: number): string {
    return this.pieces.slice(this.pieces.length - count).map(({ text }) => text).join('');
  }

  /** What there is of the last lines, and how many lines were before. */
  all(): { readonly text: string; readonly leftOut: number } {
    const extra = Math.max(this.midLine ? 1 : 0, this.lines - this.limits.lines);
    const [first = { text: '' }, ...others] = this.pieces;
    // Without any one piece there would be too few lines, so all that is too many is in the first.
    const text = first.text.slice(afterLines(first.text, extra)) + others.map((piece) => piece.text).join('');
    return { text, leftOut: this.dropped + extra };
  }

  clear(): void {
    this.pieces.length = this.lines = this.chars = this.dropped = 0;
    this.midLine = false;
  }

  private add(piece: Piece): void {
    this.pieces.push(piece);
    this.lines += piece.lines;
    this.chars += piece.text.length;
  }

  private isFullWithout({ text, lines }: Piece): boolean {
    const wholeLines = this.lines - lines - (text.endsWith('\n') ? 0 : 1);
    return this.pieces.length > 1 && (wholeLines >= this.limits.lines || this.chars - text.length >= this.limits.chars);
  }

  private dropFirst({ text, lines }: Piece): void {
    this.pieces.shift();
    this.lines -= lines;
    this.chars -= text.length;
    this.dropped += lines;
    this.midLine = !text.endsWith('\n');
  }
}

export function lineCount(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

function afterLines(text: string, lines: number): number {
  let at = 0;
  for (let i = 0; i < lines; i++) at = text.indexOf('\n', at) + 1;
  return at;
}
