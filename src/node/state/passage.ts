import { chmodSync, lstatSync, mkdirSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { within } from './paths';
import type { Steps } from './steps';
import type { DirNode, StateTree } from './tree';

const IS_ROOT = process.geteuid?.() === 0;

/** True for root, whom no mode stops. */
export const mayAll = (): boolean => IS_ROOT;

/** What the owner needs on a folder to reach what is in it, and to change what is in it. */
export const REACH = 0o100;
export const CHANGE = 0o300;

const UNUSUAL = 0o1700;

/**
 * A way into folders whose modes shut out even their owner. The mode counts in the state, so each folder that was opened
 * must be shut again: by `leave`, or by whoever sets its mode anew.
 */
export class Passage {
  private readonly opened = new Map<DirNode, number>();

  constructor(private readonly tree: StateTree) {}

  /** Opens the folder with this path, and all above it. What is not in the tree was made by us, open. */
  enter(path: string, need: number): void {
    if (mayAll()) return;
    let dir = this.tree.root;
    this.open(dir, path === '' ? need : REACH);
    const names = path === '' ? [] : path.split('/');
    for (const [i, name] of names.entries()) {
      const next = dir.children.get(name);
      if (next?.type !== 'dir') return;
      dir = next;
      this.open(dir, i === names.length - 1 ? need : REACH);
    }
  }

  /** Opens the root with a mode that no contract gives it. */
  markRoot(): void {
    const { root } = this.tree;
    chmodSync(root.path, UNUSUAL);
    this.opened.set(root, UNUSUAL);
  }

  /** Of the folders that were opened. */
  get paths(): string[] {
    return Array.from(this.opened.keys(), (dir) => dir.entry.path);
  }

  leave(): void {
    // Later ones are deeper, and can't be reached once those above are shut.
    for (const dir of [...this.opened.keys()].reverse()) chmodSync(dir.path, dir.entry.mode & 0o7777);
    this.opened.clear();
  }

  private open(dir: DirNode, need: number): void {
    const mode = (this.opened.get(dir) ?? dir.entry.mode) & 0o7777;
    if ((mode & need) === need) return;
    chmodSync(dir.path, mode | need);
    this.opened.set(dir, mode | need);
  }
}

/** Removes whatever is there, with all in it, modes or not. */
export function* removeTree(path: Buffer): Steps<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isDirectory()) {
    if ((stat.mode & 0o700) !== 0o700) chmodSync(path, 0o700);
    for (const name of readdirSync(path, { encoding: 'buffer' })) yield* removeTree(within(path, name));
    rmdirSync(path);
  } else {
    unlinkSync(path);
  }
  yield;
}

/** Makes sure of a folder at this path, in the place of whatever else is there. */
export function* ensureFolder(path: Buffer): Steps<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  yield* removeTree(path);
  mkdirSync(path, { recursive: true });
  // Modes count, so a folder must not get its mode from the umask.
  chmodSync(path, 0o755);
}
