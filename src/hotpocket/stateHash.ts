import { be32, be64, blake3, fromHex, toHex, type Hex } from './hash';

/** hpfs's hash scheme for files and folders (reference 5.2): XOR of the hashes of name, mode, and blocks or children. */
export const BLOCK_SIZE = 4 * 1024 * 1024;

/** What is hashed of a block before its bytes: where in the file it starts. */
export const blockPrefix = (index: number): Buffer => be64(index * BLOCK_SIZE);

export const blockHash = (index: number, bytes: Uint8Array): Hex => toHex(blake3(blockPrefix(index), bytes));

// Few modes are in use, on many files.
const modeHashes = new Map<number, Buffer>();

function modeHash(mode: number): Buffer {
  let hash = modeHashes.get(mode);
  if (!hash) modeHashes.set(mode, (hash = blake3(be32(mode))));
  return hash;
}

/**
 * The hash of one file or folder. `mode` is the whole st_mode with the file type: 0o100644 for an ordinary file, 0o40755
 * for a folder; `parts` are a file's blocks or a folder's children. A name that is not UTF-8 is given as its bytes.
 */
export function entryHash(name: string | Uint8Array, mode: number, parts: Iterable<Hex>): Hex {
  const sum = blake3(typeof name === 'string' ? Buffer.from(name) : name);
  xorInto(sum, modeHash(mode));
  for (const part of parts) xorInto(sum, fromHex(part));
  return toHex(sum);
}

/** XORs the second hash into the first. */
export function xorInto(target: Buffer, other: Uint8Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) ^ (other[i] ?? 0);
}

/** The name by which the state's own folder is hashed. */
export const STATE_FOLDER = 'state';

export const PATCH_FILE = 'patch.cfg';
const PATCH_MODE = 0o100644;

/** The patch hash: the node hash of the file `patch.cfg` with mode 0644. */
export function patchHash(content: Uint8Array): Hex {
  const blocks: Hex[] = [];
  for (let i = 0; i * BLOCK_SIZE < content.length; i++) blocks.push(blockHash(i, content.subarray(i * BLOCK_SIZE, (i + 1) * BLOCK_SIZE)));
  return entryHash(PATCH_FILE, PATCH_MODE, blocks);
}
