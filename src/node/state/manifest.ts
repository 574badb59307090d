import { fromHex, toHex, type Hex } from '../../hotpocket/hash';
import { BLOCK_SIZE, entryHash, STATE_FOLDER, xorInto } from '../../hotpocket/stateHash';
import { isSafePath, lastSegment, nameBytes, parentOf } from './paths';
import type { Manifest, ManifestEntry } from './types';

export const FILE_TYPE = 0o100000;
export const DIR_TYPE = 0o40000;
export const TYPE_BITS = 0o170000;

/** More than any contract has, and little enough to check at once. */
const MAX_ENTRIES = 500_000;

const blockCount = (size: number): number => Math.ceil(size / BLOCK_SIZE);
/** The length of one block of a file of `size` bytes. */
export const blockLength = (size: number, index: number): number => Math.min(BLOCK_SIZE, size - index * BLOCK_SIZE);

/** An entry's own part in the state hash. XOR goes all the way up, so the state hash is the XOR of all these. */
export function ownHash(entry: ManifestEntry): Hex {
  const name = entry.path === '' ? STATE_FOLDER : nameBytes(lastSegment(entry.path));
  return entryHash(name, entry.mode, entry.type === 'file' ? entry.blocks : []);
}

/**
 * The state hash (reference 5.2) that follows from a manifest's entries alone; undefined if they are not the entries of
 * a state: unsafe or repeated paths, missing parents, wrong modes, sizes that do not match the blocks, too many.
 *
 * The scheme does not tell states apart that have the same names, modes and blocks in other places: two files of one
 * name that swap folders, or two files that swap contents.
 */
export function manifestHash(entries: readonly ManifestEntry[]): Hex | undefined {
  if (entries.length > MAX_ENTRIES) return undefined;
  const sum = Buffer.alloc(32);
  const types = new Map<string, ManifestEntry['type']>();
  for (const entry of entries) {
    const placed = entry.path === '' ? entry.type === 'dir' : isSafePath(entry.path) && types.get(parentOf(entry.path)) === 'dir';
    if (!placed || types.has(entry.path) || !isSound(entry)) return undefined;
    types.set(entry.path, entry.type);
    xorInto(sum, fromHex(ownHash(entry)));
  }
  return types.has('') ? toHex(sum) : undefined;
}

function isSound(entry: ManifestEntry): boolean {
  if (!Number.isInteger(entry.mode) || entry.mode < 0 || entry.mode > 0o177777) return false;
  if (entry.type === 'dir') return (entry.mode & TYPE_BITS) === DIR_TYPE;
  return (entry.mode & TYPE_BITS) === FILE_TYPE
    && Number.isSafeInteger(entry.size) && entry.size >= 0 && entry.blocks.length === blockCount(entry.size)
    && entry.blocks.every((hash) => /^[0-9a-f]{64}$/.test(hash));
}

export const sameBlocks = (a: readonly Hex[], b: readonly Hex[]): boolean => a.length === b.length && a.every((hash, i) => hash === b[i]);

type Row = readonly [path: string, mode: number, size?: number, ...blocks: Hex[]];

/** A manifest as bytes, for disk and for peers: a JSON array of [path, mode] for folders, [path, mode, size, ...blocks] for files. */
export function encodeManifest({ entries }: Manifest): Buffer {
  return Buffer.from(JSON.stringify(entries.map((e): Row => (e.type === 'dir' ? [e.path, e.mode] : [e.path, e.mode, e.size, ...e.blocks]))));
}

/** The manifest of the state `hash`; undefined if the bytes are anything else. */
export function decodeManifest(bytes: Uint8Array, hash: Hex): Manifest | undefined {
  const entries = parseRows(bytes)?.map(toEntry);
  return entries && manifestHash(entries) === hash ? { hash, entries } : undefined;
}

function parseRows(bytes: Uint8Array): Row[] | undefined {
  try {
    const rows: unknown = JSON.parse(Buffer.from(bytes).toString());
    return Array.isArray(rows) && rows.every(isRow) ? rows : undefined;
  } catch {
    return undefined;
  }
}

function isRow(row: unknown): row is Row {
  return Array.isArray(row) && row.length >= 2
    && row.every((value, i) => (i === 1 || i === 2 ? typeof value === 'number' : typeof value === 'string'));
}

function toEntry([path, mode, size, ...blocks]: Row): ManifestEntry {
  return size === undefined ? { path, type: 'dir', mode } : { path, type: 'file', mode, size, blocks };
}
