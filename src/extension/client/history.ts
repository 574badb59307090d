const MAX_ENTRIES = 200;
/** What is longer was pasted, and is not what one looks for with the arrow keys. */
const MAX_LENGTH = 10_000;

/** Lines that were entered, to be had again by the arrow keys. */
export class History {
  private lines: string[];
  private index: number;
  private draft = '';

  constructor(lines: readonly string[] = []) {
    this.lines = lines.slice(-MAX_ENTRIES);
    this.index = this.lines.length;
  }

  get entries(): readonly string[] {
    return this.lines;
  }

  /** The newest is the first to be found again; the same line twice in a row is kept once. */
  add(line: string): void {
    if (line.length <= MAX_LENGTH && line !== this.lines.at(-1)) this.lines = [...this.lines, line].slice(-MAX_ENTRIES);
    this.index = this.lines.length;
  }

  /** The line before the one that is shown, which is kept if it is no line of the history. */
  previous(shown: string): string | undefined {
    if (this.index === 0) return undefined;
    if (this.index === this.lines.length) this.draft = shown;
    return this.lines[--this.index];
  }

  next(): string | undefined {
    if (this.index === this.lines.length) return undefined;
    return ++this.index === this.lines.length ? this.draft : this.lines[this.index];
  }
}
