import type { Announcement } from '../../base/debugLink';

const NEWLINE = 0x0a;
/** No debugger's line is longer; a contract that writes more without a newline is not kept waiting. */
const LONGEST_LINE = 512;

/**
 * Parts what a debugged process writes to stderr into the contract's own output, which is passed on as it comes, and the lines that
 * the debugger causes, which are no business of the log.
 */
export class DebuggerLines {
  private readonly address: RegExp;
  private readonly hidden: readonly RegExp[];
  private readonly starts: readonly string[];
  private line: Buffer = Buffer.alloc(0);
  /** In a line whose beginning was passed on already. */
  private within = false;

  constructor(announcement: Announcement, private readonly passOn: (bytes: Buffer) => void, private readonly announced: (address: string) => void) {
    this.address = whole(announcement.address);
    this.hidden = announcement.hidden.map(whole);
    this.starts = [announcement.address, ...announcement.hidden].map(literalStart);
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      const end = rest.indexOf(NEWLINE) + 1;
      const piece = end > 0 ? rest.subarray(0, end) : rest;
      rest = rest.subarray(piece.length);
      this.take(piece, end > 0);
    }
  }

  /** Nothing more will come. */
  end(): void {
    if (this.line.length > 0) this.passOn(this.line);
    this.line = Buffer.alloc(0);
  }

  private take(piece: Buffer, complete: boolean): void {
    if (this.within) {
      this.within = !complete;
      // The debugger writes whole lines, but not always behind a newline.
      if (!complete || !this.isHidden(piece)) this.passOn(piece);
      return;
    }
    this.line = this.line.length === 0 ? piece : Buffer.concat([this.line, piece]);
    if (!complete && this.mayBeHidden()) return;
    const { line } = this;
    this.line = Buffer.alloc(0);
    this.within = !complete;
    if (!complete || !this.isHidden(line)) this.passOn(line);
  }

  /** What there is of a line could be the beginning of one that is hidden. */
  private mayBeHidden(): boolean {
    if (this.line.length > LONGEST_LINE) return false;
    const text = this.line.toString();
    return this.starts.some((start) => start.startsWith(text) || text.startsWith(start));
  }

  private isHidden(line: Buffer): boolean {
    if (line.length > LONGEST_LINE) return false;
    const text = line.toString().trimEnd();
    const address = this.address.exec(text)?.[1];
    if (address !== undefined) this.announced(address);
    return address !== undefined || this.hidden.some((pattern) => pattern.test(text));
  }
}

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

/** The plain text that a pattern begins with. */
const literalStart = (pattern: string): string => (/^(?:[^\\.*+?^${}()|[\]]|\\\W)*/.exec(pattern)?.[0] ?? '').replaceAll('\\', '');
