import { chmodSync, fchownSync, lchownSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import type { Hex } from '../../hotpocket/hash';
import type { Block } from './blocks';
import { createFile, patchFile } from './contents';
import { blockLength, sameBlocks } from './manifest';
import { CHANGE, mayAll, Passage, REACH, removeTree } from './passage';
import { childOf, parentOf, within } from './paths';
import type { Steps } from './steps';
import { walk, type DirNode, type StateTree, type TreeNode } from './tree';
import type { ManifestEntry } from './types';

type FileEntry = Extract<ManifestEntry, { type: 'file' }>;

/** Gives blocks that are proven by their hash. */
export type BlockSource = (hash: Hex) => Block | undefined;

export interface LayRules {
  /** The mode an entry gets, with its type. */
  readonly modeOf: (entry: ManifestEntry) => number;
  /** Links, pipes and the like, which are no part of a state, are removed too, not only where they are in the way. */
  readonly strict: boolean;
}

/**
 * Makes a folder what the entries say, and touches only what differs. The tree must have just been scanned, and its root
 * exist; afterwards it must be scanned again. False, with nothing touched, if a block is not to be had.
 */
export function* lay(tree: StateTree, target: readonly ManifestEntry[], source: BlockSource, rules: LayRules): Steps<boolean> {
  const present = new Map<string, TreeNode>();
  for (const node of walk(tree.root)) present.set(node.entry.path, node);
  const writes: Write[] = [];
  for (const entry of target) {
    const node = present.get(entry.path);
    if (entry.type === 'file' && mustWrite(entry, node, rules.modeOf(entry))) writes.push(writeOf(entry, node));
  }
  for (const { entry, blocks } of writes) {
    for (const i of blocks) {
      const block = source(entry.blocks[i] ?? '');
      if (block?.index !== i || block.bytes.length !== blockLength(entry.size, i)) return false;
    }
    yield;
  }
  yield* new Laying(tree, target, source, rules, present).run(writes);
  return true;
}

interface Write {
  readonly entry: FileEntry;
  /** Written into the file that is there, instead of in its place. */
  readonly patch: boolean;
  /** Those to be written. */
  readonly blocks: readonly number[];
}

/** A file with a second name (a hard link) must not get another mode or content under that name too. */
function mustWrite(entry: FileEntry, node: TreeNode | undefined, mode: number): boolean {
  return node?.type !== 'file' || !sameBlocks(node.entry.blocks, entry.blocks) || (node.links > 1 && node.entry.mode !== mode);
}

/** Files of many blocks (databases) change in a few of them, and are not written anew. */
function writeOf(entry: FileEntry, node: TreeNode | undefined): Write {
  const all = [...entry.blocks.keys()];
  if (node?.type !== 'file' || node.links > 1) return { entry, patch: false, blocks: all };
  const differing = all.filter((i) => node.entry.blocks[i] !== entry.blocks[i]);
  return differing.length < all.length ? { entry, patch: true, blocks: differing } : { entry, patch: false, blocks: all };
}

class Laying {
  private readonly passage: Passage;
  /** New files are given to the owner of the folder, who need not be us: the contract may run as somebody else. */
  private readonly owner: { readonly uid: number; readonly gid: number } | undefined;

  constructor(
    private readonly tree: StateTree,
    private readonly target: readonly ManifestEntry[],
    private readonly source: BlockSource,
    private readonly rules: LayRules,
    private readonly present: Map<string, TreeNode>,
  ) {
    this.passage = new Passage(tree);
    const { uid, gid } = lstatSync(tree.folder);
    this.owner = mayAll() && (uid !== 0 || gid !== 0) ? { uid, gid } : undefined;
  }

  *run(writes: readonly Write[]): Steps<void> {
    yield* this.clear(this.tree.root, new Map(this.target.map((entry) => [entry.path, entry])));
    for (const entry of this.target) if (entry.type === 'dir') this.makeFolder(entry.path);
    for (const write of writes) {
      this.write(write);
      yield;
    }
    const written = new Set(writes.map((write) => write.entry));
    for (const entry of this.target) if (entry.type === 'file' && !written.has(entry)) this.setFileMode(entry);
    yield;
    // From below, because a folder's own mode may shut us out.
    for (let i = this.target.length - 1; i >= 0; i--) this.setFolderMode(this.target[i]);
  }

  private *clear(dir: DirNode, wanted: ReadonlyMap<string, ManifestEntry>): Steps<void> {
    for (const child of dir.children.values()) {
      if (wanted.get(child.entry.path)?.type === child.type) {
        if (child.type === 'dir') yield* this.clear(child, wanted);
        continue;
      }
      this.passage.enter(dir.entry.path, CHANGE);
      yield* removeTree(child.path);
      for (const { entry } of walk(child)) this.present.delete(entry.path);
    }
    for (const name of dir.others) {
      const path = childOf(dir.entry.path, name);
      if (!this.rules.strict && !wanted.has(path)) continue;
      this.passage.enter(dir.entry.path, CHANGE);
      yield* removeTree(within(this.tree.folder, path));
    }
  }

  private makeFolder(path: string): void {
    if (this.present.has(path)) return;
    this.passage.enter(parentOf(path), CHANGE);
    const full = within(this.tree.folder, path);
    mkdirSync(full, { mode: 0o700 });
    if (this.owner) lchownSync(full, this.owner.uid, this.owner.gid);
  }

  private write({ entry, patch, blocks }: Write): void {
    const path = within(this.tree.folder, entry.path);
    const mode = this.rules.modeOf(entry) & 0o7777;
    this.passage.enter(parentOf(entry.path), CHANGE);
    if (patch) {
      patchFile(path, this.contents(entry, blocks), entry.size, mode);
      return;
    }
    if (this.present.has(entry.path)) unlinkSync(path);
    createFile(path, this.contents(entry, blocks), { mode, give: (fd) => this.owner && fchownSync(fd, this.owner.uid, this.owner.gid) });
  }

  private *contents(entry: FileEntry, blocks: readonly number[]): Generator<[index: number, bytes: Uint8Array]> {
    for (const i of blocks) {
      const block = this.source(entry.blocks[i] ?? '');
      if (!block) throw new Error(`a block of ${entry.path} was lost meanwhile`);
      yield [i, block.bytes];
    }
  }

  private setFileMode(entry: FileEntry): void {
    const mode = this.rules.modeOf(entry);
    if (this.present.get(entry.path)?.entry.mode === mode) return;
    this.passage.enter(parentOf(entry.path), REACH);
    chmodSync(within(this.tree.folder, entry.path), mode & 0o7777);
  }

  private setFolderMode(entry: ManifestEntry | undefined): void {
    if (entry?.type !== 'dir') return;
    const mode = this.rules.modeOf(entry);
    const node = this.present.get(entry.path);
    if (node?.type === 'dir' && node.entry.mode === mode && !this.passage.has(node)) return;
    this.passage.enter(parentOf(entry.path), REACH);
    chmodSync(within(this.tree.folder, entry.path), mode & 0o7777);
  }
}
