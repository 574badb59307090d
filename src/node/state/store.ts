import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HotPocketError, systemCode } from '../../base/errors';
import type { Hex } from '../../hotpocket/hash';
import { blockHash, PATCH_FILE, STATE_FOLDER } from '../../hotpocket/stateHash';
import { unsaid, type Damaged } from '../damage';
import { BlockStore, type Block } from './blocks';
import { readBlocks } from './contents';
import { codedSteps, withCode, withCodeLater } from './failures';
import { KeptStates } from './kept';
import { lay } from './lay';
import { LiveBlocks } from './live';
import { blockLength, manifestHash, sameBlocks } from './manifest';
import { ensureFolder } from './passage';
import { Snapshots, type KeptState, type Snapshot } from './snapshots';
import { finish, Job, type Steps } from './steps';
import { StateTree, type ScanResult } from './tree';
import type { Manifest, ManifestEntry } from './types';

type FileEntry = Extract<ManifestEntry, { type: 'file' }>;

export interface StateOptions {
  /** How many states before the last kept one can be restored and served. Default 2. */
  readonly retain?: number;
  readonly damaged?: Damaged;
}

/** A block that must come from a peer. `index` is its place in its file, `length` its bytes. */
export interface MissingBlock {
  readonly hash: Hex;
  readonly index: number;
  readonly length: number;
}

/**
 * The contract's files in `<contract fs>/seed/state` (reference 5), what is needed to go back to earlier ones, and the
 * copies of them that read requests see. One process at a time may have a store open; it must own the files, or be root.
 *
 * What the system refuses comes as STATE_IO. Long work is done in slices between other events, and a call that needs its
 * outcome first does the rest of it. While the contract runs only `manifest`, `block`, `snapshot` and `prepareSnapshot`
 * may be called, after the promise of `keep` was settled: a run's half-written files are no state.
 */
export class StateStore {
  private readonly tree: StateTree;
  private readonly blocks: BlockStore;
  private readonly live: LiveBlocks;
  private readonly kept: KeptStates;
  private readonly snapshots: Snapshots;
  private readonly patchPath: Buffer;
  private job: Pick<Job<unknown>, 'finish'> | undefined;
  /** The last kept state, with the tree's version it was made of. */
  private last: (KeptState & { readonly version: number }) | undefined;
  /** Blocks from peers, for a state that was not applied yet. */
  private readonly incoming = new Set<Hex>();

  private constructor(contractFs: string, private readonly folder: string, retain: number, damaged: Damaged) {
    mkdirSync(contractFs, { recursive: true });
    if (!this.exists) finish(ensureFolder(Buffer.from(folder)));
    this.tree = new StateTree(Buffer.from(folder));
    this.live = new LiveBlocks(this.tree);
    this.blocks = new BlockStore(join(contractFs, 'blocks'), damaged);
    this.kept = new KeptStates(join(contractFs, 'manifests'), retain + 1, damaged);
    this.snapshots = new Snapshots(join(contractFs, 'ro'), (hash) => this.proven(hash));
    this.patchPath = Buffer.from(join(contractFs, 'seed', PATCH_FILE));
    const manifest = this.kept.all[0];
    if (manifest) this.last = { manifest, patch: this.storePatch(), version: -1 };
  }

  /**
   * Opens the store of a node's `contract_fs`, and makes the folders that are not there yet. The path may be relative, if
   * the working folder then stays (hpcore changes into its folder, too): short paths make a scan some 10 % faster.
   */
  static open(contractFs: string, options: StateOptions = {}): StateStore {
    const folder = join(contractFs, 'seed', STATE_FOLDER);
    return withCode(folder, () => new StateStore(contractFs, folder, options.retain ?? 2, options.damaged ?? unsaid));
  }

  /** The state hash (reference 5.2) of the files as they are now. Costs 1 to 2 µs a file, and reading what changed. */
  scan(): ScanResult {
    return this.atOnce(this.tree.scan());
  }

  /** Whether the folder of the state is there. */
  get exists(): boolean {
    return lstatSync(this.folder, { throwIfNoEntry: false }) !== undefined;
  }

  /** An empty folder, after a run that has deleted the one it ran in: its state is empty then. */
  makeFolder(): void {
    this.atOnce(ensureFolder(this.tree.folder));
  }

  /** What the last scan cost: files it looked at, and those it read. */
  get lastScan(): { readonly looked: number; readonly hashed: number } {
    return { looked: this.tree.looked, hashed: this.tree.hashed };
  }

  /**
   * Makes the state as last scanned restorable, and drops what is older than the retained ones. Rejects with
   * STATE_CHANGED if a file is not as it was scanned.
   */
  keep(): Promise<Manifest> {
    return this.inSlices(this.keeping());
  }

  /** Brings the files back to a kept state. False if it is not (fully) there; the files are then as they were. */
  restore(hash: Hex): boolean {
    this.job?.finish();
    const manifest = this.kept.get(hash);
    return manifest !== undefined && this.atOnce(this.laying(manifest));
  }

  /** The manifest of a kept state. */
  manifest(hash: Hex): Manifest | undefined {
    return this.kept.get(hash);
  }

  /** The bytes of a block of a kept state or of the files as last scanned, proven by the hash. */
  block(hash: Hex): Buffer | undefined {
    return withCode(this.folder, () => this.proven(hash)?.bytes);
  }

  /** The blocks that must be put before `manifest` can be applied. Blocks put for any other state are given up. */
  plan(manifest: Manifest): { readonly missing: readonly MissingBlock[] } {
    this.job?.finish();
    if (!this.tree.scanned) this.scan();
    const missing = new Map<Hex, MissingBlock>();
    const wanted = new Set<Hex>();
    for (const entry of manifest.entries) {
      if (entry.type === 'dir') continue;
      for (const [index, hash] of entry.blocks.entries()) {
        wanted.add(hash);
        if (!this.blocks.has(hash) && !this.live.has(hash)) missing.set(hash, { hash, index, length: blockLength(entry.size, index) });
      }
    }
    for (const hash of this.incoming) if (!wanted.has(hash)) this.incoming.delete(hash);
    return { missing: [...missing.values()] };
  }

  /** Takes a block from a peer. False if it is not what the hash says. */
  putBlock(hash: Hex, index: number, bytes: Uint8Array): boolean {
    if (!withCode(this.folder, () => this.blocks.put(hash, index, bytes))) return false;
    this.incoming.add(hash);
    return true;
  }

  /**
   * Makes the files what the manifest says, and keeps that state. False if the manifest is not that of its hash, says
   * wrong sizes, or blocks are missing after all (`plan` then tells); the files are then as they were. If it is cut
   * short, the files have neither the old hash nor the new.
   */
  apply(manifest: Manifest): Promise<boolean> {
    return this.inSlices(this.applying(manifest));
  }

  /** A folder with the last kept state, which no run changes. If none was kept yet, the state is kept first. */
  snapshot(): Promise<Snapshot> {
    return withCodeLater(this.folder, this.snapshots.take(() => this.lastKept()));
  }

  /** Does ahead, off the round's path, what the next `snapshot` would have to wait for. To be called after `keep`. */
  prepareSnapshot(): Promise<void> {
    return withCodeLater(this.folder, this.snapshots.prepare(() => this.lastKept()));
  }

  private atOnce<T>(steps: Steps<T>): T {
    this.job?.finish();
    return finish(codedSteps(this.folder, steps));
  }

  private inSlices<T>(steps: Steps<T>): Promise<T> {
    this.job?.finish();
    const job = new Job(codedSteps(this.folder, steps));
    this.job = job;
    return job.done;
  }

  private lastKept(): KeptState {
    if (!this.last) this.atOnce(this.keeping());
    return this.last as KeptState;
  }

  private *keeping(): Steps<Manifest> {
    const { tree } = this;
    if (!tree.scanned) yield* tree.scan();
    const patch = this.storePatch();
    const { last } = this;
    if (last?.version === tree.version && samePatch(last.patch, patch)) return last.manifest;
    const manifest = last?.version === tree.version ? last.manifest : { hash: tree.hash, entries: tree.entries() };
    for (const entry of manifest.entries) if (entry.type === 'file') yield* this.storeBlocks(entry);
    this.kept.add(manifest);
    this.last = { manifest, patch, version: tree.version };
    yield* this.blocks.prune(this.needed());
    return manifest;
  }

  private *storeBlocks(entry: FileEntry): Steps<void> {
    for (const [index, hash] of entry.blocks.entries()) {
      if (this.blocks.fits(hash, index, blockLength(entry.size, index))) continue;
      const bytes = this.live.readAt(entry, index);
      if (!bytes || !this.blocks.put(hash, index, bytes)) throw new HotPocketError('STATE_CHANGED', { path: entry.path });
      yield;
    }
  }

  /** The patch file as it is now, with its blocks stored; contracts may change it in a run as well. */
  private storePatch(): FileEntry | undefined {
    const blocks: Hex[] = [];
    try {
      const { stat, size } = readBlocks(this.patchPath, (index, bytes) => {
        const hash = blockHash(index, bytes);
        if (!this.blocks.fits(hash, index, bytes.length)) this.blocks.put(hash, index, bytes);
        blocks.push(hash);
      });
      return { path: PATCH_FILE, type: 'file', mode: Number(stat.mode), size, blocks };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  private needed(): Set<Hex> {
    const needed = new Set(this.incoming);
    const states = [...this.kept.all, this.snapshots.inUse?.manifest].flatMap((manifest) => manifest?.entries ?? []);
    for (const entry of [...states, this.last?.patch, this.snapshots.inUse?.patch]) {
      if (entry?.type === 'file') for (const hash of entry.blocks) needed.add(hash);
    }
    return needed;
  }

  private *applying(manifest: Manifest): Steps<boolean> {
    if (manifestHash(manifest.entries) !== manifest.hash || !(yield* this.laying(manifest))) return false;
    yield* this.keeping();
    this.incoming.clear();
    return true;
  }

  private *laying({ hash, entries }: Manifest): Steps<boolean> {
    yield* ensureFolder(this.tree.folder);
    yield* this.tree.scan();
    const result = yield* lay(this.tree, entries, (wanted) => this.proven(wanted), { modeOf: (entry) => entry.mode, strict: false });
    if (result === 'changed') yield* this.tree.scan();
    return result !== 'missing' && this.tree.hash === hash;
  }

  /** A block from the store, or from the files; it is then stored, because they may be about to change. */
  private proven(hash: Hex): Block | undefined {
    const stored = this.blocks.get(hash);
    if (stored) return stored;
    const block = this.live.read(hash);
    return block && this.blocks.put(hash, block.index, block.bytes) ? block : undefined;
  }
}

const samePatch = (a: FileEntry | undefined, b: FileEntry | undefined): boolean => sameBlocks(a?.blocks ?? [], b?.blocks ?? []) && !a === !b;
