import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { fromHex, toHex, type Hex } from '../../hotpocket/hash';
import { blockHash, xorInto } from '../../hotpocket/stateHash';
import { readBlocks } from './contents';
import { endedPath, look, noStamp, sameStamp, stampOf, type Stamp } from './look';
import { mayAll } from './passage';
import { DIR_TYPE, FILE_TYPE, ownHash, sameBlocks, TYPE_BITS } from './manifest';
import { childOf, nameText } from './paths';
import type { Steps } from './steps';
import type { ManifestEntry } from './types';

type FileEntry = Extract<ManifestEntry, { type: 'file' }>;
type DirEntry = Extract<ManifestEntry, { type: 'dir' }>;

interface Common {
  /** Of the system's bytes, because names need not be UTF-8; made by `endedPath`. */
  readonly path: Buffer;
  hash: Hex;
  readonly stamp: Stamp;
  /** The stamp is old enough to tell any later change. */
  settled: boolean;
}
export interface FileNode extends Common {
  readonly type: 'file';
  entry: FileEntry;
  /** Names the file has: more than one if the contract made hard links. */
  links: number;
}
export interface DirNode extends Common {
  readonly type: 'dir';
  entry: DirEntry;
  /** Sorted by name. */
  children: Map<string, TreeNode>;
  /** Names of symbolic links, pipes, sockets and devices. They are no part of a HotPocket state (reference 5.1). */
  others: readonly string[];
}
export type TreeNode = FileNode | DirNode;

export interface ScanResult {
  readonly hash: Hex;
  /** Files and folders that were added, removed, or are different in content or mode since the scan before. */
  readonly changed: number;
}

// The system stamps files with a clock that lags by up to a tick (10 ms at 100 Hz); some file systems count whole seconds.
const TICK_MS = 10;
const TWO_SECONDS_MS = 2_000;
const NEVER: Readonly<Stamp> = noStamp();
const READ_BITS = 0o500;

/**
 * A folder's files as they were at the last scan. A scan looks at every file and reads only those that changed, told by
 * inode, size, mode, mtime and ctime; a folder is listed again only if its own times changed.
 */
export class StateTree {
  private top: DirNode | undefined;
  private sum = Buffer.alloc(32);
  private changed = 0;
  private startMs = 0;
  /** Grows with each scan that found a change, so equal versions mean equal files. */
  version = 0;
  /** Files that the last scan looked at, and those that it read. */
  looked = 0;
  hashed = 0;

  constructor(readonly folder: Buffer) {}

  /** The state folder itself. Throws if there was no scan yet, or the last one failed. */
  get root(): DirNode {
    if (!this.top) throw new Error('the tree was not scanned');
    return this.top;
  }

  get scanned(): boolean {
    return this.top !== undefined;
  }

  get hash(): Hex {
    return toHex(this.sum);
  }

  /** All entries, sorted by path segment: each folder, then what is in it. */
  entries(): ManifestEntry[] {
    return Array.from(walk(this.root), (node) => node.entry);
  }

  /** Throws the system's error if something can't be read. */
  *scan(): Steps<ScanResult> {
    const top = this.top ?? this.begin();
    // Whatever interrupts a scan leaves nodes and sum at odds, so a later one must not build on them.
    this.top = undefined;
    this.changed = this.looked = this.hashed = 0;
    this.startMs = Date.now();
    // Where nothing is, Node throws the system's error.
    const stamp = look(top.path) ?? stampOf(lstatSync(top.path, { bigint: true }));
    if (kindOf(stamp) !== 'dir') throw Object.assign(new Error(`${String(top.path)} is not a folder`), { code: 'ENOTDIR' });
    yield* this.scanFolder(top, { ...stamp });
    this.top = top;
    if (this.changed > 0) this.version++;
    return { hash: this.hash, changed: this.changed };
  }

  private begin(): DirNode {
    this.sum = Buffer.alloc(32);
    return newFolder(endedPath(this.folder), '');
  }

  private *scanFolder(dir: DirNode, stamp: Stamp): Steps<void> {
    const { mode } = stamp;
    const entry: DirEntry = dir.entry.mode === mode ? dir.entry : { path: dir.entry.path, type: 'dir', mode };
    this.update(dir, entry);
    const closed = (mode & READ_BITS) !== READ_BITS && !mayAll();
    if (closed) chmodSync(dir.path, (mode & 0o7777) | READ_BITS);
    try {
      if (!dir.settled || !sameStamp(dir.stamp, stamp)) this.list(dir);
      yield* this.scanChildren(dir);
    } finally {
      if (closed) chmodSync(dir.path, mode & 0o7777);
    }
    this.stamp(dir, closed ? NEVER : stamp);
    yield;
  }

  private *scanChildren(dir: DirNode): Steps<void> {
    for (const [name, child] of dir.children) {
      const stamp = look(child.path);
      if (!stamp || kindOf(stamp) !== child.type) {
        this.drop(child);
        dir.children.delete(name);
      } else if (child.type === 'dir') {
        yield* this.scanFolder(child, { ...stamp });
      } else {
        this.looked++;
        if (child.settled && sameStamp(child.stamp, stamp)) continue;
        this.read(child);
        yield;
      }
    }
  }

  private list(dir: DirNode): void {
    const before = dir.children;
    const others: string[] = [];
    const found: [string, TreeNode][] = [];
    for (const bytes of readdirSync(dir.path, { encoding: 'buffer' })) {
      const name = nameText(bytes);
      const path = before.get(name)?.path ?? endedPath(dir.path, bytes);
      const stamp = look(path);
      const kind = stamp && kindOf(stamp);
      const known = before.get(name);
      if (kind === 'other') others.push(name);
      else if (kind && known?.type === kind) found.push([name, known]);
      else if (kind) found.push([name, (kind === 'dir' ? newFolder : newFile)(path, childOf(dir.entry.path, name))]);
    }
    found.sort(([a], [b]) => (a < b ? -1 : 1));
    dir.children = new Map(found);
    dir.others = others;
    for (const [name, child] of before) if (dir.children.get(name) !== child) this.drop(child);
  }

  private read(file: FileNode): void {
    this.hashed++;
    const blocks: Hex[] = [];
    const { stat, size } = readBlocks(file.path, (index, bytes) => blocks.push(blockHash(index, bytes)));
    const mode = Number(stat.mode);
    const same = file.entry.mode === mode && file.entry.size === size && sameBlocks(file.entry.blocks, blocks);
    this.update(file, same ? file.entry : { path: file.entry.path, type: 'file', mode, size, blocks });
    file.links = Number(stat.nlink);
    this.stamp(file, stampOf(stat));
  }

  private update<N extends TreeNode>(node: N, entry: N['entry']): void {
    // A node that is new has no hash yet, and counts even if it looks like the placeholder it was made with.
    if (node.hash !== '' && node.entry === entry) return;
    this.xor(node.hash);
    node.entry = entry;
    node.hash = ownHash(entry);
    this.xor(node.hash);
    this.changed++;
  }

  private drop(gone: TreeNode): void {
    for (const node of walk(gone)) {
      if (node.hash === '') continue;
      this.xor(node.hash);
      this.changed++;
    }
  }

  private xor(hash: Hex): void {
    if (hash !== '') xorInto(this.sum, fromHex(hash));
  }

  private stamp(node: TreeNode, stamp: Readonly<Stamp>): void {
    Object.assign(node.stamp, stamp);
    node.settled = stamp.ctime * 1_000 + stamp.ctimeNs / 1_000_000 < this.startMs - (stamp.ctimeNs === 0 ? TWO_SECONDS_MS : TICK_MS);
  }
}

const newFolder = (path: Buffer, name: string): DirNode => ({
  type: 'dir', path, entry: { path: name, type: 'dir', mode: DIR_TYPE }, hash: '', stamp: noStamp(), settled: false, children: new Map(), others: [],
});
const newFile = (path: Buffer, name: string): FileNode => ({
  type: 'file', path, entry: { path: name, type: 'file', mode: FILE_TYPE, size: 0, blocks: [] }, hash: '', stamp: noStamp(), settled: false, links: 1,
});

function kindOf({ mode }: Readonly<Stamp>): TreeNode['type'] | 'other' {
  const type = mode & TYPE_BITS;
  return type === FILE_TYPE ? 'file' : type === DIR_TYPE ? 'dir' : 'other';
}

/** A node and all below it, folders before their children. */
export function* walk(node: TreeNode): Generator<TreeNode> {
  yield node;
  if (node.type === 'dir') for (const child of node.children.values()) yield* walk(child);
}
