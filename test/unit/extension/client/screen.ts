import { characterWidth } from '../../../../src/extension/client/textWidth';

/** A terminal for tests: what a person would see after all that was written. It knows what the console uses, and fails at anything else. */
export class Screen {
  private lines: string[][] = [[]];
  private row = 0;
  private column = 0;

  constructor(readonly columns: number, readonly height = 24) {}

  /** Rows from the first one, styles left out; a wide character takes two cells, the second of them empty. */
  get text(): string {
    return this.lines.map((line) => Array.from(line, (cell) => cell ?? ' ').join('').trimEnd()).join('\n').trimEnd();
  }

  get cursor(): { row: number; column: number } {
    return { row: this.row, column: this.column };
  }

  write(data: string): void {
    for (let rest = data; rest !== ''; ) rest = rest.slice(this.step(rest));
  }

  private step(data: string): number {
    const [, sequence, amount = '', kind] = /^(\p{Cc}\[\??(\d*)([A-Za-z]))/u.exec(data) ?? [];
    if (sequence !== undefined) {
      this.control(Number(amount || 1), amount, kind ?? '');
      return sequence.length;
    }
    const [character = ''] = data;
    if (character === '\r') this.column = 0;
    else if (character === '\n') this.lineFeed();
    else if (character === '\u0007') return 1;
    else if (/\p{Cc}/u.test(character)) throw new Error(`unexpected ${JSON.stringify(data.slice(0, 10))}`);
    else this.put(character);
    return character.length;
  }

  private control(count: number, amount: string, kind: string): void {
    if (kind === 'm' || kind === 'h' || kind === 'l') return;
    if (kind === 'A') {
      // A terminal stops at its first visible row, and so would tear what is drawn.
      if (this.row - count < Math.max(0, this.lines.length - this.height)) throw new Error('above the screen');
      this.row -= count;
    } else if (kind === 'C') {
      this.column = Math.min(this.columns - 1, this.column + count);
    } else if (kind === 'J' && amount === '') {
      this.lines.length = this.row + 1;
      this.line().length = Math.min(this.line().length, this.column);
    } else if (kind === 'J') {
      this.lines = [[]];
    } else if (kind === 'H') {
      this.row = this.column = 0;
    } else {
      throw new Error(`unexpected sequence ${amount}${kind}`);
    }
  }

  private line(): string[] {
    return (this.lines[this.row] ??= []);
  }

  private lineFeed(): void {
    this.row++;
    this.line();
  }

  private put(character: string): void {
    const width = characterWidth(character);
    if (width === 0) {
      this.line()[this.column - 1] += character;
      return;
    }
    if (this.column + width > this.columns) {
      this.column = 0;
      this.lineFeed();
    }
    this.line()[this.column] = character;
    if (width === 2) this.line()[this.column + 1] = '';
    this.column += width;
  }
}
