import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { blake3Hex, type Hex } from '../../hotpocket/hash';
import { BLOCK_SIZE, blockHash, blockPrefix } from '../../hotpocket/stateHash';
import { unsaid, type Damaged } from '../damage';
import { placeFile } from './contents';
import type { Steps } from './steps';

export interface Block {
  /** Its place in the file it is of; part of what is hashed. */
  readonly index: number;
  readonly bytes: Buffer;
}

const PREFIX_LENGTH = 8;

/**
 * File blocks by their hash, in `<folder>/<first two digits>/<hash>`. A stored file holds exactly what the hash was made
 * of, the block's offset and its bytes, so it proves itself. Nothing read from disk is trusted before it did.
 */
export class BlockStore {
  /** What is stored; for those proven in this process, their geometry. */
  private readonly known = new Map<Hex, { readonly index: number; readonly length: number } | undefined>();
  private readonly subfolders = new Set<string>();
  private readonly temporary: string;

  constructor(private readonly folder: string, private readonly damaged: Damaged = unsaid) {
    const scratch = join(folder, 'tmp');
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch, { recursive: true, mode: 0o700 });
    this.temporary = join(scratch, 'block');
    for (const digits of readdirSync(folder)) {
      if (!/^[0-9a-f]{2}$/.test(digits)) continue;
      this.subfolders.add(digits);
      for (const name of readdirSync(join(folder, digits))) if (/^[0-9a-f]{64}$/.test(name)) this.known.set(name, undefined);
    }
  }

  /** True if it is stored, proven or not. */
  has(hash: Hex): boolean {
    return this.known.has(hash);
  }

  /** True if it is stored, was proven in this process, and is of this place and length. */
  fits(hash: Hex, index: number, length: number): boolean {
    if (!this.known.has(hash)) return false;
    const geometry = this.known.get(hash) ?? (this.get(hash) && this.known.get(hash));
    return geometry?.index === index && geometry.length === length;
  }

  /** A stored block; what turns out not to be what its name says is removed. */
  get(hash: Hex): Block | undefined {
    if (!this.known.has(hash)) return undefined;
    const stored = this.readStored(hash);
    if (stored === undefined || stored.length < PREFIX_LENGTH || blake3Hex(stored) !== hash) {
      this.damaged(this.path(hash), stored === undefined ? 'It cannot be read.' : 'It is not what its name says, and was removed.');
      this.remove(hash);
      return undefined;
    }
    const index = Number(stored.readBigUInt64BE(0)) / BLOCK_SIZE;
    const bytes = stored.subarray(PREFIX_LENGTH);
    this.known.set(hash, { index, length: bytes.length });
    return { index, bytes };
  }

  /** Stores a block unless the hash is not its own, which gives false. */
  put(hash: Hex, index: number, bytes: Uint8Array): boolean {
    if (bytes.length > BLOCK_SIZE || blockHash(index, bytes) !== hash) return false;
    const digits = hash.slice(0, 2);
    if (!this.subfolders.has(digits)) mkdirSync(join(this.folder, digits), { mode: 0o700 });
    this.subfolders.add(digits);
    placeFile(this.temporary, this.path(hash), [blockPrefix(index), bytes]);
    this.known.set(hash, { index, length: bytes.length });
    return true;
  }

  /** Removes all blocks but these. */
  *prune(needed: ReadonlySet<Hex>): Steps<void> {
    for (const hash of [...this.known.keys()]) {
      if (needed.has(hash)) continue;
      this.remove(hash);
      yield;
    }
  }

  private readStored(hash: Hex): Buffer | undefined {
    try {
      return readFileSync(this.path(hash));
    } catch {
      return undefined;
    }
  }

  private remove(hash: Hex): void {
    this.known.delete(hash);
    rmSync(this.path(hash), { force: true });
  }

  private path(hash: Hex): string {
    return join(this.folder, hash.slice(0, 2), hash);
  }
}
