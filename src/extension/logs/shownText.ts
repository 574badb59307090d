import { lineCount, TextTail, type TailLimits } from './textTail';

/** What has to be done to an output channel so that it shows the last lines. */
export interface ChannelChange {
  readonly kind: 'append' | 'replace';
  readonly text: string;
}

/**
 * The last lines of a log, and how much of them an output channel has. A channel can only be added to or replaced, and replacing
 * moves what its reader looks at: so it may grow beyond the limit, up to twice, until a calm moment comes. Lines
 * that are outrun by newer ones before they got to the channel never do.
 */
export class ShownText {
  private readonly tail: TextTail;
  /** Of the tail's pieces, those at the end that the channel has not. */
  private fresh = 0;
  /** What the channel holds once it has them. */
  private linesThen = 0;
  private charsThen = 0;
  private outrun = false;
  private begunAnew = false;
  private empty = true;
  private headed = false;
  private skipped = 0;

  /** `header`: what the channel begins with when so many lines before those shown were left out. */
  constructor(private readonly limits: TailLimits, private readonly header: (leftOut: number) => string) {
    this.tail = new TextTail(limits);
  }

  push(text: string): void {
    this.tail.push(text);
    this.fresh++;
    this.linesThen += lineCount(text);
    this.charsThen += text.length;
    if (this.fresh <= this.tail.count) return;
    this.outrun = true;
    this.fresh = this.tail.count;
  }

  /** So many lines in between are left out: nobody could have read them. */
  skip(lines: number): void {
    if (lines === 0) return;
    this.skipped += lines;
    this.outrun = true;
  }

  /** The text so far is of a log that is no more. */
  startOver(): void {
    this.tail.clear();
    this.fresh = this.skipped = 0;
    this.outrun = false;
    this.begunAnew = !this.empty;
  }

  /** What `take` would do. `calm`: nothing has come for a while. */
  due(calm: boolean): ChannelChange['kind'] | undefined {
    if (this.begunAnew || this.outrun) return 'replace';
    // What is missing is said as soon as that disturbs nobody.
    const tolerance = this.empty || (calm && !this.headed) ? 1 : calm ? 1.2 : 2;
    const { lines, chars } = this.limits;
    if (this.linesThen > lines * tolerance || this.charsThen > chars * tolerance) return 'replace';
    return this.fresh > 0 ? 'append' : undefined;
  }

  take(calm: boolean): ChannelChange | undefined {
    const kind = this.due(calm);
    if (!kind) return undefined;
    const change = { kind, text: kind === 'append' ? this.tail.last(this.fresh) : this.whole() };
    if (kind === 'replace') {
      this.linesThen = lineCount(change.text);
      this.charsThen = change.text.length;
    }
    this.fresh = 0;
    this.empty = this.outrun = this.begunAnew = false;
    return change;
  }

  private whole(): string {
    const { text, leftOut } = this.tail.all();
    const missing = leftOut + this.skipped;
    this.headed = missing > 0;
    return (this.headed ? this.header(missing) : '') + text;
  }
}
