import type Docker from 'dockerode';
import type { Disposable } from '../../../base/disposables';
import { LineReader } from '../../../base/lines';
import { followLog } from '../logs/follow';
import { NO_FACTS, withFacts, withLine, type NodeFacts } from './facts';

/** Enough to know where a node that runs for long stands. */
const TAIL = 300;

export interface NodeWatchEvents {
  changed(before: NodeFacts, facts: NodeFacts): void;
}

/** One run of a node's container: its log is followed, and what it says becomes facts. */
export class NodeWatch implements Disposable {
  /** Resolves when what the log held at the beginning is known, or cannot be. */
  readonly caughtUp: Promise<void>;
  private readonly end = new AbortController();
  private current: NodeFacts;
  /** Nothing is told until it is. */
  private isCaughtUp = false;
  private readonly lines = new LineReader();

  /** `key` tells one run of a container from another; `settled`: it runs so long that it surely takes users. */
  constructor(docker: Docker, readonly key: string, container: string, settled: boolean, private readonly events: NodeWatchEvents) {
    this.current = { ...NO_FACTS, listening: settled };
    const { signal } = this.end;
    const whenChanged = (): Promise<void> => {
      // This run is over; the next one has a watch of its own.
      this.end.abort();
      return Promise.resolve();
    };
    this.caughtUp = new Promise((resolve) => {
      const onCaughtUp = (): void => {
        this.isCaughtUp = true;
        if (!signal.aborted) events.changed({ ...NO_FACTS, listening: settled }, this.current);
        resolve();
      };
      void followLog(docker, container, { sinceStart: true, tail: TAIL, follow: true, signal, onCaughtUp, whenChanged }, (text) => this.read(text)).catch(() => undefined).finally(resolve);
    });
  }

  get facts(): NodeFacts {
    return this.current;
  }

  /** The same, once it knows them. */
  get knownFacts(): NodeFacts | undefined {
    return this.isCaughtUp ? this.current : undefined;
  }

  /** From the observer. */
  add(told: Partial<NodeFacts>): void {
    this.set(withFacts(this.current, told));
  }

  dispose(): void {
    this.end.abort();
  }

  private read(text: string): void {
    for (const line of this.lines.push(text)) this.set(withLine(this.current, line));
  }

  private set(facts: NodeFacts): void {
    const before = this.current;
    if (facts === before || this.end.signal.aborted) return;
    this.current = facts;
    if (this.isCaughtUp) this.events.changed(before, facts);
  }
}
