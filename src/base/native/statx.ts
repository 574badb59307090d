import { endianness } from 'node:os';
import { loadKoffi } from './koffi';

/** What statx(2) tells of a file, as words of 32 bits; Linux has it in the same places everywhere. */
export const StatxWord = { mode: 7, ino: 8, size: 10, ctime: 24, ctimeNs: 26, mtime: 28, mtimeNs: 30 } as const;
export const STATX_WORDS = 64;

/** Fills `into`, STATX_WORDS long. False if the system refuses, for whatever reason. A zero must follow the path in memory. Links are not followed. */
export type Statx = (path: Uint8Array, into: Uint32Array) => boolean;

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const BASIC_STATS = 0x7ff;

let bound: Statx | 'none' | undefined;

/** Undefined where it can't be had: without koffi, not on Linux, or with a C library that is too old. */
export function bindStatx(): Statx | undefined {
  bound ??= tryToBind() ?? 'none';
  return bound === 'none' ? undefined : bound;
}

function tryToBind(): Statx | undefined {
  const koffi = process.platform === 'linux' && endianness() === 'LE' ? loadKoffi() : undefined;
  if (!koffi) return undefined;
  try {
    const call = koffi.load(null).func('int statx(int, const uint8_t *, int, uint32_t, uint32_t *)') as (dir: number, path: Uint8Array, flags: number, mask: number, into: Uint32Array) => number;
    return (path, into) => call(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, BASIC_STATS, into) === 0;
  } catch {
    return undefined;
  }
}
