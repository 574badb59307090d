import { createBLAKE3, type IHasher } from 'hash-wasm';

/** Lower-case hexadecimal text. Keys and hashes travel in this form inside the program; bytes only at its edges. */
export type Hex = string;

/** The hash of "nothing": an empty list, genesis, no outputs (hpcore uses 32 zero bytes, not b3("")). */
export const ZERO_HASH: Hex = '00'.repeat(32);

let hasher: IHasher | undefined;

/** Must be awaited once per process before any other function here; it compiles the WebAssembly of BLAKE3. */
export async function loadHash(): Promise<void> {
  hasher ??= await createBLAKE3();
}

/** BLAKE3-256 of the concatenation of the parts. */
export function blake3(...parts: readonly Uint8Array[]): Buffer {
  if (!hasher) throw new Error('loadHash() was not awaited');
  hasher.init();
  for (const part of parts) hasher.update(part);
  return Buffer.from(hasher.digest('binary'));
}

export function blake3Hex(...parts: readonly Uint8Array[]): Hex {
  return blake3(...parts).toString('hex');
}

export const fromHex = (hex: Hex): Buffer => Buffer.from(hex, 'hex');
export const toHex = (bytes: Uint8Array): Hex => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

/** The hash of a list: zeros when it is empty. */
export function hashList(items: readonly Uint8Array[]): Hex {
  return items.length === 0 ? ZERO_HASH : blake3Hex(...items);
}

export function be64(value: number | bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)));
  return buffer;
}

export function be32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
}

/** The first eight digits, as HotPocket's logs show hashes. */
export const shortHash = (hash: Hex): string => hash.slice(0, 8);
