import { BoundedQueue } from './boundedQueue';

/** What has to be done to an output channel so that it shows the last lines. */
export type ChannelChange = { readonly kind: 'append'; readonly text: string } | { readonly kind: 'replace'; readonly text: string };

export interface LineLimits {
  readonly lines: number;
  readonly chars: number;
}

/**
 * The last lines of a log, and what an output channel has of them. A channel can only be added to or replaced, and replacing
 * moves what its reader looks at: so it may grow beyond the limit, up to twice, until a calm moment comes. Lines
 * that are outrun by newer ones before they got to the channel never do.
 */
export class ShownLines {
  private readonly kept: BoundedQueue<string>;
  private keptChars = 0;
  /** Of the kept lines, those at the end that the channel has not. */
  private fresh = 0;
  private freshChars = 0;
  private outrun = false;
  private shown = 0;
  private shownChars = 0;
  private begunAnew = false;
  private pushed = 0;

  /** `header`: what the channel begins with when so many lines before those shown were left out. */
  constructor(private readonly limits: LineLimits, private readonly header: (leftOut: number) => string) {
    this.kept = new BoundedQueue(limits.lines);
  }

  push(lines: readonly string[]): void {
    for (const line of lines) {
      this.pushed++;
      this.fresh++;
      this.freshChars += line.length;
      this.keptChars += line.length;
      this.drop(this.kept.push(line));
      while (this.keptChars > this.limits.chars && this.kept.length > 1) this.drop(this.kept.shift());
    }
  }

  /** The lines so far are of a log that is no more. */
  startOver(): void {
    this.kept.clear();
    this.keptChars = this.fresh = this.freshChars = this.pushed = 0;
    this.outrun = false;
    this.begunAnew = this.shown > 0;
  }

  /** What `take` would do. `calm`: nothing has come for a while. */
  due(calm: boolean): ChannelChange['kind'] | undefined {
    if (this.begunAnew || this.outrun) return 'replace';
    const tolerance = calm ? 1.2 : 2;
    const { lines, chars } = this.limits;
    if (this.shown + this.fresh > lines * tolerance || this.shownChars + this.freshChars > chars * tolerance) return 'replace';
    return this.fresh > 0 ? 'append' : undefined;
  }

  take(calm: boolean): ChannelChange | undefined {
    const kind = this.due(calm);
    if (!kind) return undefined;
    const text = kind === 'append' ? this.kept.last(this.fresh).join('') : this.whole();
    this.shown = kind === 'append' ? this.shown + this.fresh : this.kept.length;
    this.shownChars = kind === 'append' ? this.shownChars + this.freshChars : this.keptChars;
    this.fresh = this.freshChars = 0;
    this.outrun = this.begunAnew = false;
    return { kind, text };
  }

  private whole(): string {
    const leftOut = this.pushed - this.kept.length;
    return (leftOut > 0 ? this.header(leftOut) : '') + this.kept.all().join('');
  }

  private drop(line: string | undefined): void {
    if (line === undefined) return;
    this.keptChars -= line.length;
    if (this.fresh <= this.kept.length) return;
    this.outrun = true;
    this.fresh = this.kept.length;
    this.freshChars = this.keptChars;
  }
}
