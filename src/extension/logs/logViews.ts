import { systemClock, type Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposables';
import type { ClusterEngine } from '../../cluster/engine';
import { ChannelWriter, type TextSink } from './channelWriter';
import { LineSplitter } from './lineSplitter';
import { LogFollower, type LogListener } from './logFollower';
import { LogMerger } from './logMerger';
import { ShownLines } from './shownLines';

export interface LogViewOptions {
  readonly engine: Pick<ClusterEngine, 'logs'>;
  readonly sink: TextSink;
  /** How many lines are shown. */
  readonly lines: number;
  /** The first line of a channel in which that many before were left out, with its newline. */
  readonly header: (leftOut: number) => string;
  readonly failed: (node: number, error: unknown) => void;
  readonly clock?: Clock;
}

/** Of all that is shown in a channel. Lines of usual length are far below. */
const MOST_CHARS = 4 * 1024 * 1024;
/** A line that its writer does not finish is shown as it is after this. */
const UNFINISHED_MS = 500;
// One more than is shown, to know whether there are more.
const tailOf = (lines: number): number => lines + 1;

/** Shows the log of one node in a channel, exactly as it is. */
export class NodeLogView implements Disposable {
  private readonly clock: Clock;
  private readonly writer: ChannelWriter;
  private readonly follower: LogFollower;
  private splitter = new LineSplitter();
  private cancel: (() => void) | undefined;

  constructor(node: number, { engine, sink, lines, header, failed, clock = systemClock }: LogViewOptions) {
    this.clock = clock;
    this.writer = new ChannelWriter(sink, new ShownLines({ lines, chars: MOST_CHARS }, header), clock);
    this.follower = new LogFollower(engine, node, tailOf(lines), {
      begin: () => {
        this.splitter = new LineSplitter();
        this.writer.startOver();
      },
      text: (text) => this.add(text),
      failed: (error) => failed(node, error),
    });
  }

  dispose(): void {
    this.cancel?.();
    this.follower.dispose();
    this.writer.dispose();
  }

  private add(text: string): void {
    this.writer.add(this.splitter.push(text));
    this.cancel?.();
    this.cancel = this.clock.at(this.clock.now() + UNFINISHED_MS, () => {
      const unfinished = this.splitter.flush();
      if (unfinished) this.writer.add([unfinished]);
    });
  }
}

/** Shows the logs of several nodes in one channel, in the order of time, with the node in front of each line. */
export class MergedLogView implements Disposable {
  private readonly clock: Clock;
  private readonly writer: ChannelWriter;
  private readonly merger: LogMerger;
  private readonly followers = new Map<number, LogFollower>();
  private cancel: (() => void) | undefined;

  constructor(private readonly options: LogViewOptions) {
    const { sink, lines, header, clock = systemClock } = options;
    this.clock = clock;
    this.writer = new ChannelWriter(sink, new ShownLines({ lines, chars: MOST_CHARS }, (leftOut) => header(leftOut + this.merger.leftOut)), clock);
    this.merger = new LogMerger(lines);
  }

  /** The nodes there are. Those that are new are followed as well. */
  setNodes(nodes: readonly number[]): void {
    const { engine, lines } = this.options;
    for (const node of nodes) {
      if (!this.followers.has(node)) this.followers.set(node, new LogFollower(engine, node, tailOf(lines), this.listener(node)));
    }
    for (const [node, follower] of this.followers) {
      if (nodes.includes(node)) continue;
      follower.dispose();
      this.followers.delete(node);
    }
  }

  dispose(): void {
    this.cancel?.();
    for (const follower of this.followers.values()) follower.dispose();
    this.writer.dispose();
  }

  private listener(node: number): LogListener {
    let splitter = new LineSplitter();
    return {
      begin: () => void (splitter = new LineSplitter()),
      text: (text) => {
        this.merger.push(node, splitter.push(text), this.clock.now());
        this.schedule();
      },
      failed: (error) => this.options.failed(node, error),
    };
  }

  private schedule(): void {
    const at = this.merger.nextAt;
    if (at === undefined) return;
    this.cancel?.();
    this.cancel = this.clock.at(at, () => {
      this.writer.add(this.merger.take(this.clock.now()).map(prefixed));
      this.schedule();
    });
  }
}

const prefixed = ({ node, line }: { readonly node: number; readonly line: string }): string => `node ${node} | ${line.endsWith('\n') ? line : `${line}\n`}`;
