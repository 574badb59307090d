import type { Disposable } from '../../../base/disposables';
import type { NodeFacts } from './facts';
import { NodeObserver, type ObservedNode } from './observer';
import { ObserverKey } from './observerKey';

export interface Observable extends ObservedNode {
  readonly node: number;
  /** Of this run. */
  readonly key: string;
}

/** Another process may stop to observe at any time. */
const ASK_AGAIN_MS = 5_000;

/** Observes all nodes of a cluster, as long as no other process of this user does. */
export class Observers implements Disposable {
  private readonly observers = new Map<number, { readonly key: string; readonly observer: NodeObserver }>();
  private wanted: readonly Observable[] = [];
  private contractId: string | undefined;
  private key: ObserverKey | undefined;
  private opening = false;
  private asking: NodeJS.Timeout | undefined;
  private disposed = false;

  /** `home`: where the key is kept. */
  constructor(private readonly home: string, private readonly tell: (node: number, run: string, facts: Partial<NodeFacts>) => void) {}

  /** From now on these nodes are to be observed, and no others. */
  update(contractId: string | undefined, nodes: readonly Observable[]): void {
    if (this.disposed) return;
    this.wanted = nodes;
    if (contractId !== this.contractId) {
      this.contractId = contractId;
      this.letGo();
    }
    if (this.key) this.adjust(this.key);
    else if (contractId !== undefined && nodes.length > 0) void this.open(contractId);
  }

  dispose(): void {
    this.disposed = true;
    this.letGo();
  }

  private async open(contractId: string): Promise<void> {
    if (this.opening || this.asking) return;
    this.opening = true;
    // A home that cannot be written to is no reason not to show what logs tell.
    const key = await ObserverKey.open(this.home, contractId).catch(() => undefined);
    this.opening = false;
    if (this.disposed || contractId !== this.contractId) return key?.release();
    if (key) {
      this.key = key;
      this.adjust(key);
    } else {
      this.asking = setTimeout(() => {
        this.asking = undefined;
        this.update(this.contractId, this.wanted);
      }, ASK_AGAIN_MS).unref();
    }
  }

  private adjust(key: ObserverKey): void {
    for (const [node, { key: run, observer }] of this.observers) {
      if (this.wanted.some((one) => one.node === node && one.key === run)) continue;
      observer.dispose();
      this.observers.delete(node);
    }
    for (const one of this.wanted) {
      if (this.observers.has(one.node)) continue;
      this.observers.set(one.node, { key: one.key, observer: new NodeObserver(key, one, (facts) => this.tell(one.node, one.key, facts)) });
    }
  }

  private letGo(): void {
    clearTimeout(this.asking);
    this.asking = undefined;
    for (const { observer } of this.observers.values()) observer.dispose();
    this.observers.clear();
    this.key?.release();
    this.key = undefined;
  }
}
