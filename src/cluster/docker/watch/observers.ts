import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Disposable } from '../../../base/disposables';
import type { LedgerInfo, LedgersQuery } from '../../../base/ledgers';
import { sharing } from '../../../base/sharing';
import { GONE, NodeObserver, type ObservedNode, type Told } from './observer';
import { observerFolder, ObserverKey } from './observerKey';
import { lasting, readSeen, writeSeen } from './seen';

/** How long it is waited for the first answers. */
const PATIENCE_MS = 2_000;
/** Whoever observes may stop at any time. */
const ASK_AGAIN_MS = 5_000;

/** Observes all nodes of a cluster, or tells what another process of this user sees that does. */
export class Observers implements Disposable {
  private readonly observers = new Map<string, NodeObserver>();
  private wanted: readonly ObservedNode[] = [];
  private contractId = '';
  private key: ObserverKey | undefined;
  private seen: Record<string, Told> = {};
  private asking: NodeJS.Timeout | undefined;
  private disposed = false;
  private readonly adjust = sharing(() => this.bringAbout());
  private readonly save = sharing(async () => {
    if (this.key) await writeSeen(this.key.folder, this.seen).catch(() => undefined);
  });

  /** `home`: where the key is kept. */
  constructor(private readonly home: string, private readonly tell: (node: ObservedNode, told: Told) => void) {}

  /** From now on these nodes are to be observed, and no others. */
  update(contractId: string, nodes: readonly ObservedNode[]): void {
    if (this.disposed) return;
    [this.contractId, this.wanted] = [contractId, nodes];
    void this.adjust();
  }

  /** Resolves when all that are to be observed now have answered once, or will not soon. */
  async first(): Promise<void> {
    await this.adjust();
    await Promise.race([Promise.all([...this.observers.values()].map(({ tried }) => tried)), sleep(PATIENCE_MS, undefined, { ref: false })]);
  }

  /** What the first node tells that answers, rather of those that have more to tell; nothing if another process observes. */
  async ledgers(query: LedgersQuery): Promise<readonly LedgerInfo[]> {
    const all = [...this.observers.values()];
    const wordy = query.contents || query.counts ? all.filter(({ canCount }) => canCount) : [];
    for (const observer of [...wordy, ...all.filter((one) => !wordy.includes(one))]) {
      const ledgers = await observer.ledgers(query);
      if (ledgers) return ledgers;
    }
    return [];
  }

  dispose(): void {
    this.update('', []);
    this.disposed = true;
  }

  private async bringAbout(): Promise<void> {
    clearTimeout(this.asking);
    const { contractId } = this;
    if (this.key && this.key.contractId !== contractId) await this.letGo(this.key);
    if (contractId === '' || this.wanted.length === 0) return;
    // A home that cannot be written to is no reason not to show what logs tell.
    this.key ??= await ObserverKey.open(this.home, contractId).catch(() => undefined);
    if (this.key) await this.observe(this.key);
    else this.listen(contractId);
  }

  private async observe(key: ObserverKey): Promise<void> {
    const runs = new Set(this.wanted.map(({ run }) => run));
    await this.leave([...this.observers.keys()].filter((run) => !runs.has(run)));
    for (const node of this.wanted) {
      if (this.observers.has(node.run) || node.paused) continue;
      this.observers.set(node.run, new NodeObserver(key, node, (told) => this.told(node, told)));
    }
  }

  /** Another process observes. */
  private listen(contractId: string): void {
    const seen = readSeen(observerFolder(this.home, contractId));
    for (const node of this.wanted) this.tell(node, { ...GONE, ...seen[node.run] });
    this.asking = setTimeout(() => void this.adjust(), ASK_AGAIN_MS).unref();
  }

  private told(node: ObservedNode, told: Told): void {
    this.tell(node, told);
    const { run } = node;
    const known = lasting({ ...this.seen[run], ...told });
    if (isDeepStrictEqual(known, this.seen[run])) return;
    this.seen = { ...this.seen, [run]: known };
    void this.save();
  }

  private async leave(runs: readonly string[]): Promise<void> {
    const left = runs.flatMap((run) => this.observers.get(run) ?? []);
    for (const run of runs) {
      this.observers.delete(run);
      delete this.seen[run];
    }
    await Promise.all(left.map((observer) => observer.close()));
  }

  private async letGo(key: ObserverKey): Promise<void> {
    await this.leave([...this.observers.keys()]);
    this.key = undefined;
    // What is being written now would otherwise come after what is written here.
    await this.save();
    await writeSeen(key.folder, {}).catch(() => undefined);
    await key.release();
  }
}
