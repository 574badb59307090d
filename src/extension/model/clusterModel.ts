import type { ClusterChange, ClusterEngine, ClusterStatus, NodeStatusInfo, PauseInfo } from '../../cluster/engine';
import { Emitter, type Disposable } from '../../base/disposables';
import type { RoundsMode } from '../../base/rounds';
import { sharing } from '../../base/sharing';

/** What is known of the cluster at a moment. */
export type ClusterView =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'cluster'; readonly status: ClusterStatus };

/** While a node is debugged the clock is held for a moment in every round; nobody wants to see that as a pause. */
const SHORT_PAUSE_MS = 1_000;

/**
 * The cluster as views show it: one status, kept up to date by the engine's events, with one event for whoever shows it.
 * The first of a burst is told at once, the others together, so that what happens is seen soon.
 */
export class ClusterModel implements Disposable {
  private current: ClusterView = { kind: 'unknown' };
  private readonly changed = new Emitter<ClusterView>();
  private readonly changes = new Emitter<ClusterChange>();
  private readonly subscription: Disposable;
  private notifying: NodeJS.Timeout | undefined;
  private notifiedAt = -Infinity;
  private pausing: NodeJS.Timeout | undefined;
  private disposed = false;

  constructor(private readonly engine: ClusterEngine, private readonly quietMs = 80) {
    this.subscription = engine.onDidChange((change) => this.onChange(change));
  }

  get view(): ClusterView {
    return this.current;
  }

  get status(): ClusterStatus | undefined {
    return this.current.kind === 'cluster' ? this.current.status : undefined;
  }

  /** The cluster changed, in whatever way. */
  readonly onDidChange = (listener: (view: ClusterView) => void): Disposable => this.changed.on(listener);

  /** Every single event of the engine. */
  readonly onEvent = (listener: (change: ClusterChange) => void): Disposable => this.changes.on(listener);

  /** Asks the engine. */
  readonly refresh = sharing(async () => this.set(await this.ask()));

  dispose(): void {
    this.disposed = true;
    this.subscription.dispose();
    clearTimeout(this.notifying);
    clearTimeout(this.pausing);
  }

  private async ask(): Promise<ClusterView> {
    try {
      const status = await this.engine.status();
      return status ? { kind: 'cluster', status: this.withoutShortPause(status) } : { kind: 'none' };
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  private onChange(change: ClusterChange): void {
    if (change.type === 'node') this.replace(change.node);
    else if (change.type === 'ledger') this.advance(change.node, change);
    else if (change.type === 'pause') this.pause(change.pause);
    else if (change.type === 'rounds') this.setRounds(change.mode);
    else if (change.type === 'cluster') void this.refresh();
    this.changes.fire(change);
  }

  private replace(node: NodeStatusInfo): void {
    const { status } = this;
    const known = status?.nodes.find((n) => n.node === node.node);
    // What no event tells, such as contract, quorum and round time, changes only when nodes start, stop or come.
    if (known?.state.kind !== node.state.kind) void this.refresh();
    if (status && known) this.set({ kind: 'cluster', status: { ...status, nodes: status.nodes.map((n) => (n === known ? node : n)) } });
  }

  private pause(pause: PauseInfo | undefined): void {
    if (!this.status) return;
    const { pause: _before, ...status } = this.status;
    this.set({ kind: 'cluster', status: this.withoutShortPause({ ...status, ...(pause && { pause }) }) });
  }

  private setRounds(rounds: RoundsMode): void {
    if (this.status) this.set({ kind: 'cluster', status: { ...this.status, rounds } });
  }

  /** A pause that is young is looked at again later. */
  private withoutShortPause(status: ClusterStatus): ClusterStatus {
    clearTimeout(this.pausing);
    const { pause, ...rest } = status;
    const wait = pause ? pause.since + SHORT_PAUSE_MS - Date.now() : 0;
    if (wait <= 0) return status;
    this.pausing = setTimeout(() => this.pause(pause), wait);
    return rest;
  }

  private advance(node: number, { seqNo, hash }: { readonly seqNo: number; readonly hash: string }): void {
    const known = this.status?.nodes.find((n) => n.node === node);
    if (known) this.replace({ ...known, ledger: { seqNo, hash } });
  }

  private set(view: ClusterView): void {
    this.current = view;
    if (this.disposed) return;
    this.notifying ??= setTimeout(() => {
      this.notifying = undefined;
      this.notifiedAt = performance.now();
      this.changed.fire(this.current);
    }, Math.max(0, this.notifiedAt + this.quietMs - performance.now()));
  }
}
