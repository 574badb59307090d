import { setTimeout as sleep } from 'node:timers/promises';
import type { Disposable } from '../../base/disposables';
import type { ClusterChange } from '../../cluster/engine';
import type { TreeElement } from './elements';
import { ancestors } from './shownRows';

/** What takes longer is a burden to the machine, and happens half of the time at most. */
const QUICK_MS = 50;

export type Folder = TreeElement & { readonly kind: 'folder' };

export interface ListingsHost {
  /** What is in a folder of a state now. Rejects as the engine does. */
  list(folder: Folder, signal: AbortSignal): Promise<readonly TreeElement[]>;
  /** The folder holds something else than the view was told, and `children` has it ready. */
  changed(folder: Folder): void;
  failed(error: unknown): void;
}

interface Listing {
  readonly folder: Folder;
  /** Undefined until it was listed once. */
  readonly entries?: readonly TreeElement[];
  /** The view was told to ask for it, and has not yet. */
  readonly announced: boolean;
}

/**
 * What is in the folders of nodes' states, for the view. To list one can take a second (on Docker), and while the view waits for it, presses on the rows below are
 * lost. So the view waits only the first time. Later it is given what is known, and told if a listing in the background has found something else.
 */
export class FolderListings implements Disposable {
  private readonly listings = new Map<string, Listing>();
  private readonly first = new Map<string, Promise<readonly TreeElement[]>>();
  /** To be listed in the background, those first that wait longest. */
  private readonly stale = new Set<string>();
  /** Rows whose children are out of sight. */
  private readonly collapsed = new Set<string>();
  /** The first digits of the state that each node's last ledger names. */
  private readonly states = new Map<number, string>();
  private background: { readonly id: string; readonly end: AbortController } | undefined;
  /** Ends what was begun before all was forgotten. */
  private era = new AbortController();
  private watching = false;

  constructor(private readonly host: ListingsHost, private readonly quickMs = QUICK_MS) {}

  /** Whether the view can be seen. */
  watch(visible: boolean): void {
    this.watching = visible;
    this.adjust();
  }

  /** The entries for the view: those that are known, if any. Empty if the folder can't be listed. */
  children(folder: Folder): Promise<readonly TreeElement[]> {
    const { id } = folder;
    this.collapsed.delete(id);
    const known = this.listings.get(id);
    if (!known?.entries) return this.listFirst(folder);
    // The view asks for its own reasons, such as that the node's row is another: so may be its state.
    if (!known.announced) this.stale.add(id);
    this.listings.set(id, { ...known, announced: false });
    this.adjust();
    return Promise.resolve(known.entries);
  }

  expand(id: string): void {
    this.collapsed.delete(id);
    this.adjust();
  }

  collapse(id: string): void {
    this.collapsed.add(id);
    this.adjust();
  }

  /** After a run the state may be another. Where runs are not told (in containers), the next ledger says whether it is. */
  hear(change: ClusterChange): void {
    if (change.type === 'run' && change.phase === 'ended' && change.kind === 'consensus') this.touch(change.node);
    const state = change.type === 'ledger' ? change.ledger?.stateHash?.slice(0, 8) : undefined;
    if (change.type !== 'ledger' || state === undefined || state === this.states.get(change.node)) return;
    this.states.set(change.node, state);
    this.touch(change.node);
  }

  /** Forgets the folders of all other nodes. */
  keep(nodes: readonly number[]): void {
    for (const { folder } of [...this.listings.values()]) if (!nodes.includes(folder.node)) this.forget(folder.id);
    this.adjust();
  }

  /** Forgets everything, and ends what is being done. */
  clear(): void {
    this.era.abort();
    this.era = new AbortController();
    for (const one of [this.listings, this.first, this.collapsed, this.states]) one.clear();
    this.adjust();
  }

  dispose(): void {
    this.watching = false;
    this.clear();
  }

  private touch(node: number): void {
    for (const { folder } of this.listings.values()) if (folder.node === node) this.stale.add(folder.id);
    this.adjust();
  }

  private listFirst(folder: Folder): Promise<readonly TreeElement[]> {
    const { id } = folder;
    const begun = this.first.get(id);
    if (begun) return begun;
    const { signal } = this.era;
    this.listings.set(id, { folder, announced: false });
    const listed = this.host.list(folder, signal).then(
      (entries) => {
        if (signal.aborted) return [];
        if (this.listings.has(id)) this.listings.set(id, { folder, entries, announced: false });
        return entries;
      },
      (error: unknown) => {
        if (!signal.aborted) {
          this.listings.delete(id);
          this.host.failed(error);
        }
        return [];
      },
    ).finally(() => {
      if (signal.aborted) return;
      this.first.delete(id);
      this.adjust();
    });
    this.first.set(id, listed);
    return listed;
  }

  /** Ends a listing that nobody needs any more, and begins the next one. One at a time: each may be a container. */
  private adjust(): void {
    const { background } = this;
    if (background) {
      if (this.isInSight(background.id)) return;
      background.end.abort();
      this.background = undefined;
      this.stale.add(background.id);
    }
    for (const id of this.stale) {
      if (!this.listings.has(id)) this.stale.delete(id);
      else if (this.isInSight(id)) return void this.listAnew(id);
    }
  }

  /** What the view waits for is listed already. */
  private isInSight(id: string): boolean {
    return this.watching && this.listings.get(id)?.entries !== undefined && ![id, ...ancestors(id)].some((row) => this.collapsed.has(row));
  }

  private async listAnew(id: string): Promise<void> {
    const { folder } = this.listings.get(id) as Listing;
    const end = new AbortController();
    const began = performance.now();
    this.stale.delete(id);
    this.background = { id, end };
    try {
      const entries = await this.host.list(folder, end.signal);
      if (!end.signal.aborted) this.found(folder, entries);
    } catch (error) {
      if (!end.signal.aborted) this.host.failed(error);
    }
    const took = performance.now() - began;
    if (took > this.quickMs) await sleep(took, undefined, { signal: end.signal }).catch(() => undefined);
    if (end.signal.aborted) return;
    this.background = undefined;
    this.adjust();
  }

  private found(folder: Folder, entries: readonly TreeElement[]): void {
    const known = this.listings.get(folder.id)?.entries ?? [];
    if (known.length === entries.length && known.every((entry, i) => isSame(entry, entries[i]))) return;
    this.listings.set(folder.id, { folder, entries, announced: true });
    for (const before of known) if (!entries.some((entry) => isSame(before, entry))) this.forget(before.id);
    this.host.changed(folder);
  }

  /** The row and what is below it. */
  private forget(id: string): void {
    for (const one of [...this.listings.keys()]) if (one === id || one.startsWith(`${id}/`)) this.listings.delete(one);
  }
}

const isSame = (a: TreeElement, b: TreeElement | undefined): boolean => a.id === b?.id && a.kind === b.kind;
