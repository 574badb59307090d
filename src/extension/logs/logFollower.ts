import { setTimeout as sleep } from 'node:timers/promises';
import type { Disposable } from '../../base/disposables';
import type { ClusterEngine } from '../../cluster/engine';

export interface LogListener {
  /** What comes now has nothing to do with what came before. */
  begin(): void;
  text(text: string): void;
  failed(error: unknown): void;
}

const RETRY_MS = 500;

/** Follows a node's log until it is disposed of, also when the engine loses it or the cluster is removed and made anew. */
export class LogFollower implements Disposable {
  private readonly end = new AbortController();

  constructor(
    private readonly engine: Pick<ClusterEngine, 'logs'>,
    private readonly node: number,
    private readonly tail: number,
    private readonly listener: LogListener,
  ) {
    void this.follow();
  }

  dispose(): void {
    this.end.abort();
  }

  private async follow(): Promise<void> {
    const { signal } = this.end;
    while (!signal.aborted) {
      let begun = false;
      const onText = (text: string): void => {
        if (signal.aborted) return;
        if (!begun) this.listener.begin();
        begun = true;
        this.listener.text(text);
      };
      try {
        await this.engine.logs(this.node, { tail: this.tail, follow: true, signal }, onText);
      } catch (error) {
        if (!signal.aborted) this.listener.failed(error);
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
