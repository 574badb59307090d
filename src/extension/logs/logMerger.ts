import { parseLogLine } from '../../hotpocket/logLine';
import { BoundedQueue } from './boundedQueue';
import { TextTail, type TailLimits } from './textTail';

export interface NodeLine {
  readonly node: number;
  /** Without the newline. */
  readonly line: string;
}

interface Waiting {
  readonly line: string;
  /** Where it belongs, ms since 1970. */
  readonly time: number;
  readonly arrived: number;
  /** It has no stamp and stays with the line before it. */
  readonly continues: boolean;
}

interface Source {
  /** What came since it was last looked at, and when the first of it did. */
  readonly text: TextTail;
  arrived: number;
  /** The beginning of a line. */
  rest: string;
  readonly lines: BoundedQueue<Waiting>;
  last: number;
}

/** What hpfs writes has no milliseconds, so it may seem older than the line before it; a larger step back is a clock that was set. */
const JITTER_MS = 1_000;
/** What is longer and not finished is taken for a line. */
const LONGEST_LINE = 64 * 1024;
/** How long it gathers when more comes than can be shown. */
const FLOOD_MS = 1_000;

/**
 * Puts the logs of several nodes into one order of time while they are being written. A line waits a moment for older ones of
 * other nodes that are late. Lines of one node keep their order. Without stamp they follow the line before them, in one piece as
 * far as they are there by then; what comes when that line is out already goes where the order stands.
 */
export class LogMerger {
  private readonly sources = new Map<number, Source>();
  private reached = -Infinity;
  private looked = -Infinity;

  /** `limits`: how much of a node may wait. */
  constructor(private readonly limits: TailLimits, private readonly waitMs = 150) {}

  push(node: number, text: string, now: number): void {
    const source = this.sources.get(node) ?? this.newSource(now);
    this.sources.set(node, source);
    if (source.text.count === 0) source.arrived = now;
    source.text.push(text);
  }

  /** Lines that have waited long enough, and how many of a node in a flood were left out. */
  take(now: number): { readonly lines: readonly NodeLine[]; readonly leftOut: number } {
    let leftOut = 0;
    for (const source of this.sources.values()) leftOut += this.look(source);
    this.looked = now;
    const lines: NodeLine[] = [];
    for (let next = this.next(); next && next.first.arrived + this.waitMs <= now; next = this.next()) {
      do {
        const { line, time } = next.queue.shift() ?? next.first;
        this.reached = time;
        lines.push({ node: next.node, line });
      } while (next.queue.first?.continues);
    }
    return { lines, leftOut };
  }

  /** When to `take`, ms since 1970; undefined if nothing waits. */
  get nextAt(): number | undefined {
    const unseen = [...this.sources.values()].filter(({ text }) => text.count > 0);
    const arrivals = [this.next()?.first.arrived, ...unseen.map(({ arrived }) => arrived)].filter((at) => at !== undefined);
    if (arrivals.length === 0) return undefined;
    const flooded = unseen.some(({ text }) => text.lines >= this.limits.lines);
    return Math.max(Math.min(...arrivals) + this.waitMs, flooded ? this.looked + FLOOD_MS : -Infinity);
  }

  /** The node's log began anew. */
  forget(node: number): void {
    this.sources.delete(node);
  }

  private newSource(now: number): Source {
    return { text: new TextTail(this.limits), arrived: now, rest: '', lines: new BoundedQueue(this.limits.lines), last: -Infinity };
  }

  /** Makes lines of what came. Returns how many had to be left out. */
  private look(source: Source): number {
    const { text, leftOut } = source.text.all();
    const parts = (leftOut > 0 ? text : source.rest + text).split('\n');
    source.rest = parts.pop() ?? '';
    if (source.rest.length > LONGEST_LINE) {
      parts.push(source.rest);
      source.rest = '';
    }
    let left = leftOut;
    for (const line of parts) if (source.lines.push(this.placed(source, line))) left++;
    source.text.clear();
    return left;
  }

  private placed(source: Source, line: string): Waiting {
    const stamp = parseLogLine(line)?.time.getTime();
    if (stamp !== undefined) source.last = stamp < source.last && source.last - stamp < JITTER_MS ? source.last : stamp;
    const continues = stamp === undefined;
    const time = continues && source.lines.length === 0 ? Math.max(source.last, this.reached) : source.last;
    return { line, time, arrived: source.arrived, continues };
  }

  private next(): { readonly node: number; readonly queue: BoundedQueue<Waiting>; readonly first: Waiting } | undefined {
    let best: { readonly node: number; readonly queue: BoundedQueue<Waiting>; readonly first: Waiting } | undefined;
    for (const [node, { lines }] of this.sources) {
      const { first } = lines;
      if (first && (!best || compare(first, best.first) < 0)) best = { node, queue: lines, first };
    }
    return best;
  }
}

const compare = (a: Waiting, b: Waiting): number => a.time - b.time || a.arrived - b.arrived;
