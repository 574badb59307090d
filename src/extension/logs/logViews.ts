import { systemClock, type Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposables';
import type { ClusterEngine } from '../../cluster/engine';
import { ChannelWriter, type TextSink } from './channelWriter';
import { LogFollower } from './logFollower';
import { LogMerger } from './logMerger';
import { ShownText } from './shownText';

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
// One more than is shown, to know whether there are more.
const tailOf = (lines: number): number => lines + 1;

/** Shows the log of one node in a channel, exactly as it is. */
export class NodeLogView implements Disposable {
  private readonly writer: ChannelWriter;
  private readonly follower: LogFollower;

  constructor(node: number, { engine, sink, lines, header, failed, clock = systemClock }: LogViewOptions) {
    this.writer = new ChannelWriter(sink, new ShownText({ lines, chars: MOST_CHARS }, header), clock);
    this.follower = new LogFollower(engine, node, tailOf(lines), {
      begin: () => this.writer.startOver(),
      text: (text) => this.writer.add(text),
      failed: (error) => failed(node, error),
    });
  }

  dispose(): void {
    this.follower.dispose();
    this.writer.dispose();
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
    const limits = { lines, chars: MOST_CHARS };
    this.clock = clock;
    this.writer = new ChannelWriter(sink, new ShownText(limits, header), clock);
    this.merger = new LogMerger(limits);
  }

  /** The nodes there are. Those that are new are followed as well. */
  setNodes(nodes: readonly number[]): void {
    const { engine, lines, failed } = this.options;
    for (const node of nodes) {
      if (this.followers.has(node)) continue;
      this.followers.set(node, new LogFollower(engine, node, tailOf(lines), {
        begin: () => this.merger.forget(node),
        text: (text) => {
          this.merger.push(node, text, this.clock.now());
          this.schedule();
        },
        failed: (error) => failed(node, error),
      }));
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

  private schedule(): void {
    this.cancel?.();
    const at = this.merger.nextAt;
    if (at === undefined) return;
    this.cancel = this.clock.at(at, () => {
      const { lines, leftOut } = this.merger.take(this.clock.now());
      this.writer.add(lines.map(({ node, line }) => `node ${node} | ${line}\n`).join(''), leftOut);
      this.schedule();
    });
  }
}
