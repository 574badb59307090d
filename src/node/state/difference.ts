import { sameBlocks } from './manifest';
import { childOf } from './paths';
import type { DirNode, StateTree, TreeNode } from './tree';
import type { ManifestEntry } from './types';

type FileEntry = Extract<ManifestEntry, { type: 'file' }>;

export interface LayRules {
  /** The mode an entry gets, with its type. */
  readonly modeOf: (entry: ManifestEntry) => number;
  /** Links, pipes and the like, which are no part of a state, are removed too, not only where they are in the way. */
  readonly strict: boolean;
}

/** A file whose content is to be written. */
export interface Write {
  readonly entry: FileEntry;
  /** Into the file that is there, instead of in its place. */
  readonly patch: boolean;
  /** A file of any content is there. */
  readonly replaces: boolean;
  /** Indexes of those to be written. */
  readonly blocks: readonly number[];
}

/** What must be done to a folder, all by path. */
export interface Difference {
  readonly removals: readonly string[];
  readonly folders: readonly string[];
  readonly writes: readonly Write[];
  /** Of what else is there already. */
  readonly modes: readonly ManifestEntry[];
}

/** What makes a scanned folder the one that the entries describe. */
export function difference(tree: StateTree, target: readonly ManifestEntry[], { modeOf, strict }: LayRules): Difference {
  const wanted = new Map(target.map((entry) => [entry.path, entry]));
  const present = new Map<string, TreeNode>();
  const removals: string[] = [];
  const visit = (dir: DirNode): void => {
    present.set(dir.entry.path, dir);
    for (const child of dir.children.values()) {
      if (wanted.get(child.entry.path)?.type !== child.type) removals.push(child.entry.path);
      else if (child.type === 'dir') visit(child);
      else present.set(child.entry.path, child);
    }
    const others = dir.others.map((name) => childOf(dir.entry.path, name));
    removals.push(...others.filter((path) => strict || wanted.has(path)));
  };
  visit(tree.root);

  const folders: string[] = [];
  const writes: Write[] = [];
  const modes: ManifestEntry[] = [];
  for (const entry of target) {
    const node = present.get(entry.path);
    const write = entry.type === 'file' ? writeOf(entry, node, modeOf(entry)) : undefined;
    if (write) writes.push(write);
    else if (!node) folders.push(entry.path);
    else if (node.entry.mode !== modeOf(entry)) modes.push(entry);
  }
  return { removals, folders, writes, modes };
}

function writeOf(entry: FileEntry, node: TreeNode | undefined, mode: number): Write | undefined {
  const all = [...entry.blocks.keys()];
  if (node?.type !== 'file') return { entry, patch: false, replaces: false, blocks: all };
  // A file with a second name (a hard link) must not get another content or mode under that name too.
  const shared = node.links > 1;
  if (sameBlocks(node.entry.blocks, entry.blocks) && !(shared && node.entry.mode !== mode)) return undefined;
  // Files of many blocks (databases) change in a few of them, and are not written anew.
  const differing = all.filter((i) => node.entry.blocks[i] !== entry.blocks[i]);
  const patch = !shared && differing.length < all.length;
  return { entry, patch, replaces: true, blocks: patch ? differing : all };
}
