import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PATCH_FILE, STATE_FOLDER } from '../../hotpocket/stateHash';
import { lay, type BlockSource } from './lay';
import { DIR_TYPE, FILE_TYPE } from './manifest';
import { ensureFolder, removeTree } from './passage';
import { childOf } from './paths';
import { Job, type Steps } from './steps';
import { StateTree } from './tree';
import type { Manifest, ManifestEntry } from './types';

/** A kept state with the patch file that was beside it, if any. */
export interface KeptState {
  readonly manifest: Manifest;
  readonly patch: Extract<ManifestEntry, { type: 'file' }> | undefined;
}

/** A folder to read a closed state in. `dir` is for the contract to run in; `../patch.cfg` is there too. */
export interface Snapshot {
  readonly dir: string;
  /** To be called when no reader is left; more than once does nothing. */
  readonly release: () => void;
}

interface Slot {
  readonly folder: string;
  readonly tree: StateTree;
  readers: number;
  /** What was laid down in it; undefined while that is not sure. */
  holds: KeptState | undefined;
  /** Somebody was in it since it was last looked through. Who runs as root, or owns the files, may have changed them. */
  used: boolean;
}

const READ_ONLY_DIR = DIR_TYPE | 0o555;
const readOnlyMode = (entry: ManifestEntry): number =>
  entry.type === 'dir' ? READ_ONLY_DIR : FILE_TYPE | ((entry.mode & 0o111) === 0 ? 0o444 : 0o555);

/**
 * Folders `<folder>/<number>/state` for read requests (reference 5.1, RO session): read-only copies of a kept state. All
 * readers of one state share a slot; a newer state goes into a slot without readers, where only what differs is written.
 */
export class Snapshots {
  private readonly folder: string;
  private readonly slots: Slot[] = [];
  private queue: Promise<unknown> = Promise.resolve();
  private laying: KeptState | undefined;

  constructor(folder: string, private readonly source: BlockSource) {
    this.folder = resolve(folder);
    mkdirSync(folder, { recursive: true });
    // Readers may run as somebody else.
    chmodSync(folder, 0o755);
    for (const name of readdirSync(folder)) if (/^\d+$/.test(name)) this.addSlot(Number(name));
  }

  /** The state whose blocks are being copied now, which must not be removed meanwhile. */
  get inUse(): KeptState | undefined {
    return this.laying;
  }

  /** Gives a folder with the state that `latest` names when its turn comes. */
  take(latest: () => KeptState): Promise<Snapshot> {
    return this.inTurn(async () => {
      const slot = await this.ready(latest());
      slot.readers++;
      slot.used = true;
      return { dir: join(slot.folder, STATE_FOLDER), release: once(() => slot.readers--) };
    });
  }

  /** Does ahead what `take` would have to do, and removes slots that are no longer needed. */
  prepare(latest: () => KeptState): Promise<void> {
    return this.inTurn(async () => {
      const current = await this.ready(latest());
      for (const slot of [...this.slots]) {
        if (slot === current || slot.readers > 0) continue;
        this.slots.splice(this.slots.indexOf(slot), 1);
        await new Job(removeTree(Buffer.from(slot.folder))).done;
      }
    });
  }

  private inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.queue.then(action);
    this.queue = result.catch(() => undefined);
    return result;
  }

  private async ready(state: KeptState): Promise<Slot> {
    const holding = this.slots.filter((slot) => slot.holds === state);
    const shared = holding.find((slot) => slot.readers > 0 || !slot.used);
    if (shared) return shared;
    const slot = holding[0] ?? this.slots.find(({ readers }) => readers === 0) ?? this.addSlot(this.freeNumber());
    slot.holds = undefined;
    this.laying = state;
    try {
      await new Job(this.fill(slot, state)).done;
    } finally {
      this.laying = undefined;
    }
    slot.holds = state;
    slot.used = false;
    return slot;
  }

  private *fill({ folder, tree }: Slot, state: KeptState): Steps<void> {
    yield* ensureFolder(Buffer.from(folder));
    yield* tree.scan();
    const result = yield* lay(tree, entriesOf(state), this.source, { modeOf: readOnlyMode, strict: true });
    if (result === 'missing') throw new Error(`blocks of the kept state ${state.manifest.hash} are missing`);
    // Now, because all that was written is read once more before it can be told from what a reader writes.
    if (result === 'changed') yield* tree.scan();
  }

  private addSlot(number: number): Slot {
    const folder = join(this.folder, String(number));
    const slot: Slot = { folder, tree: new StateTree(Buffer.from(folder)), readers: 0, holds: undefined, used: true };
    this.slots.push(slot);
    return slot;
  }

  private freeNumber(): number {
    let number = 0;
    while (lstatSync(join(this.folder, String(number)), { throwIfNoEntry: false })) number++;
    return number;
  }
}

function entriesOf({ manifest, patch }: KeptState): ManifestEntry[] {
  return [
    { path: '', type: 'dir', mode: READ_ONLY_DIR },
    ...(patch ? [{ ...patch, path: PATCH_FILE }] : []),
    ...manifest.entries.map((entry) => ({ ...entry, path: entry.path === '' ? STATE_FOLDER : childOf(STATE_FOLDER, entry.path) })),
  ];
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
