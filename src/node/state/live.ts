import { systemCode } from '../../base/errors';
import type { Hex } from '../../hotpocket/hash';
import type { Block } from './blocks';
import { readBlock } from './contents';
import { blockLength } from './manifest';
import { Passage, REACH } from './passage';
import { parentOf, within } from './paths';
import { walk, type FileNode, type StateTree } from './tree';

interface Place { readonly file: FileNode; readonly index: number }

/** The blocks of the files that are there, as last scanned. They may have changed since, so nothing here is proven. */
export class LiveBlocks {
  private version = -1;
  private places: ReadonlyMap<Hex, Place> = new Map();

  constructor(private readonly tree: StateTree) {}

  has(hash: Hex): boolean {
    return this.current().has(hash);
  }

  /** The bytes in the place where the block was. Undefined if there is none, or its file can't be read any more. */
  read(hash: Hex): Block | undefined {
    const place = this.current().get(hash);
    if (!place) return undefined;
    const bytes = this.readAt(place.file.entry, place.index);
    return bytes && { index: place.index, bytes };
  }

  /** The same for one place. */
  readAt({ path, size }: FileNode['entry'], index: number): Buffer | undefined {
    const passage = new Passage(this.tree);
    try {
      passage.enter(parentOf(path), REACH);
      return readBlock(within(this.tree.folder, path), index, blockLength(size, index));
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return undefined;
    } finally {
      passage.leave();
    }
  }

  private current(): ReadonlyMap<Hex, Place> {
    if (!this.tree.scanned) return new Map();
    if (this.version !== this.tree.version) {
      const places = new Map<Hex, Place>();
      for (const file of walk(this.tree.root)) {
        if (file.type === 'file') for (const [index, hash] of file.entry.blocks.entries()) places.set(hash, { file, index });
      }
      this.places = places;
      this.version = this.tree.version;
    }
    return this.places;
  }
}
