import { parseLogLine } from '../../hotpocket/logLine';
import { BoundedQueue } from './boundedQueue';

export interface NodeLine {
  readonly node: number;
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

/** What hpfs writes has no milliseconds, so it may seem older than the line before it; a larger step back is a clock that was set. */
const JITTER_MS = 1_000;

/**
 * Puts the logs of several nodes into one order of time while they are being written. A line waits a moment for older ones of
 * other nodes that are late. Lines of one node keep their order. Without stamp they follow the line before them, in one piece as
 * far as they are there by then; what comes when that line is out already goes where the order stands.
 */
export class LogMerger {
  private readonly nodes = new Map<number, { readonly queue: BoundedQueue<Waiting>; last: number }>();
  private reached = -Infinity;
  /** Lines that more than `limit` newer ones of their node overtook while they waited. */
  leftOut = 0;

  /** `limit`: how many lines of a node may wait. */
  constructor(private readonly limit: number, private readonly waitMs = 150) {}

  push(node: number, lines: readonly string[], now: number): void {
    const known = this.nodes.get(node) ?? { queue: new BoundedQueue<Waiting>(this.limit), last: -Infinity };
    this.nodes.set(node, known);
    for (const line of lines) {
      const stamp = parseLogLine(line)?.time.getTime();
      if (stamp !== undefined) known.last = stamp < known.last && known.last - stamp < JITTER_MS ? known.last : stamp;
      const continues = stamp === undefined;
      const time = continues && known.queue.length === 0 ? Math.max(known.last, this.reached) : known.last;
      if (known.queue.push({ line, time, arrived: now, continues })) this.leftOut++;
    }
  }

  /** Lines that have waited long enough. */
  take(now: number): NodeLine[] {
    const lines: NodeLine[] = [];
    for (let next = this.next(); next && next.waiting.arrived + this.waitMs <= now; next = this.next()) {
      const { node, queue } = next;
      do {
        const waiting = queue.shift();
        if (!waiting) break;
        this.reached = waiting.time;
        lines.push({ node, line: waiting.line });
      } while (queue.first?.continues);
    }
    return lines;
  }

  /** When `take` has something to give, ms since 1970; undefined if nothing waits. */
  get nextAt(): number | undefined {
    const next = this.next();
    return next && next.waiting.arrived + this.waitMs;
  }

  /** The node's log began anew. */
  forget(node: number): void {
    this.nodes.delete(node);
  }

  private next(): { readonly node: number; readonly queue: BoundedQueue<Waiting>; readonly waiting: Waiting } | undefined {
    let best: { readonly node: number; readonly queue: BoundedQueue<Waiting>; readonly waiting: Waiting } | undefined;
    for (const [node, { queue }] of this.nodes) {
      const waiting = queue.first;
      if (!waiting || (best && compare(best.waiting, waiting) <= 0)) continue;
      best = { node, queue, waiting };
    }
    return best;
  }
}

const compare = (a: Waiting, b: Waiting): number => a.time - b.time || a.arrived - b.arrived;
