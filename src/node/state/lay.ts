import { chmodSync, fchownSync, lchownSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import type { Hex } from '../../hotpocket/hash';
import type { Block } from './blocks';
import { createFile, patchFile } from './contents';
import { difference, type Difference, type LayRules, type Write } from './difference';
import { blockLength } from './manifest';
import { CHANGE, mayAll, Passage, REACH, removeTree } from './passage';
import { parentOf, within } from './paths';
import type { Steps } from './steps';
import type { StateTree } from './tree';
import type { ManifestEntry } from './types';

/** Gives blocks that are proven by their hash. */
export type BlockSource = (hash: Hex) => Block | undefined;

/** 'missing': a block can't be had, or is not as long as the entries say, and nothing was touched. */
export type LayResult = 'missing' | 'same' | 'changed';

/**
 * Makes a folder what the entries say, and touches only what differs. The tree must have just been scanned, and must be
 * again if anything was changed.
 *
 * Until the last step the folder itself has a mode that no state has, so that what a crash leaves has another hash than
 * any state before or after; without it, the hash could not tell contents that changed places (see `manifestHash`).
 */
export function* lay(tree: StateTree, target: readonly ManifestEntry[], source: BlockSource, rules: LayRules): Steps<LayResult> {
  const todo = difference(tree, target, rules);
  for (const { entry, blocks } of todo.writes) {
    for (const i of blocks) {
      const block = source(entry.blocks[i] ?? '');
      if (block?.index !== i || block.bytes.length !== blockLength(entry.size, i)) return 'missing';
    }
    yield;
  }
  if (Object.values(todo).every((items: readonly unknown[]) => items.length === 0)) return 'same';
  yield* new Laying(tree, source, rules).run(target, todo);
  return 'changed';
}

class Laying {
  private readonly passage: Passage;
  /** New files are given to the owner of the folder, who need not be us: the contract may run as somebody else. */
  private readonly owner: { readonly uid: number; readonly gid: number } | undefined;

  constructor(private readonly tree: StateTree, private readonly source: BlockSource, private readonly rules: LayRules) {
    this.passage = new Passage(tree);
    const { uid, gid } = lstatSync(tree.folder);
    this.owner = mayAll() && (uid !== 0 || gid !== 0) ? { uid, gid } : undefined;
  }

  *run(target: readonly ManifestEntry[], { removals, folders, writes, modes }: Difference): Steps<void> {
    this.passage.markRoot();
    for (const path of removals) {
      this.passage.enter(parentOf(path), CHANGE);
      yield* removeTree(within(this.tree.folder, path));
    }
    for (const path of folders) this.makeFolder(path);
    for (const write of writes) {
      this.write(write);
      yield;
    }
    for (const entry of modes) if (entry.type === 'file') this.setMode(entry);
    // From below, because a folder's own mode may shut us out; the root comes last.
    const changed = new Set([...folders, ...modes.map((entry) => entry.path), ...this.passage.paths]);
    for (const entry of [...target].reverse()) if (entry.type === 'dir' && changed.has(entry.path)) this.setMode(entry);
  }

  private makeFolder(path: string): void {
    this.passage.enter(parentOf(path), CHANGE);
    const full = within(this.tree.folder, path);
    mkdirSync(full, { mode: 0o700 });
    if (this.owner) lchownSync(full, this.owner.uid, this.owner.gid);
  }

  private write({ entry, patch, replaces, blocks }: Write): void {
    const path = within(this.tree.folder, entry.path);
    const mode = this.rules.modeOf(entry) & 0o7777;
    this.passage.enter(parentOf(entry.path), CHANGE);
    if (patch) {
      patchFile(path, this.contents(entry, blocks), entry.size, mode);
      return;
    }
    if (replaces) unlinkSync(path);
    createFile(path, this.contents(entry, blocks), { mode, give: (fd) => this.owner && fchownSync(fd, this.owner.uid, this.owner.gid) });
  }

  private *contents(entry: Write['entry'], blocks: readonly number[]): Generator<[index: number, bytes: Uint8Array]> {
    for (const i of blocks) {
      const block = this.source(entry.blocks[i] ?? '');
      if (!block) throw new Error(`a block of ${entry.path} was lost meanwhile`);
      yield [i, block.bytes];
    }
  }

  private setMode(entry: ManifestEntry): void {
    this.passage.enter(parentOf(entry.path), REACH);
    chmodSync(within(this.tree.folder, entry.path), this.rules.modeOf(entry) & 0o7777);
  }
}
