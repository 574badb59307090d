import {
  chmodSync, closeSync, constants, fchmodSync, fstatSync, ftruncateSync, lstatSync, openSync, readSync, renameSync, rmSync, writeSync, type BigIntStats,
} from 'node:fs';
import { systemCode } from '../../base/errors';
import { BLOCK_SIZE } from '../../hotpocket/stateHash';

// Whatever a contract puts in the place of a file, opening it must neither lead elsewhere nor wait.
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function withFile<T>(fd: number, action: (fd: number) => T): T {
  try {
    return action(fd);
  } finally {
    closeSync(fd);
  }
}

function openToRead(path: Buffer): number {
  try {
    return openSync(path, READ);
  } catch (error) {
    if (systemCode(error) !== 'EACCES') throw error;
  }
  // Its mode counts in the state, so a file may be closed even to its owner, and must look so to whoever reads on.
  const mode = lstatSync(path).mode & 0o7777;
  chmodSync(path, mode | 0o400);
  try {
    return openSync(path, READ);
  } finally {
    chmodSync(path, mode);
  }
}

/** Reads until the buffer is full or the file ends. */
function fill(fd: number, buffer: Buffer, position: number): Buffer {
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(fd, buffer, filled, buffer.length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

let shared: Buffer | undefined;

/** Hands over a file's blocks one by one, in memory that is used again. `stat` is as it was before, `size` what was read. */
export function readBlocks(path: Buffer, take: (index: number, bytes: Buffer) => void): { stat: BigIntStats; size: number } {
  const buffer = (shared ??= Buffer.allocUnsafeSlow(BLOCK_SIZE));
  return withFile(openToRead(path), (fd) => {
    const stat = fstatSync(fd, { bigint: true });
    const end = Number(stat.size);
    let size = 0;
    while (size < end) {
      const bytes = fill(fd, buffer.subarray(0, Math.min(BLOCK_SIZE, end - size)), size);
      if (bytes.length === 0) break;
      take(size / BLOCK_SIZE, bytes);
      size += bytes.length;
    }
    return { stat, size };
  });
}

/** One block of a file; shorter than `length` if the file is. */
export function readBlock(path: Buffer, index: number, length: number): Buffer {
  return withFile(openToRead(path), (fd) => fill(fd, Buffer.allocUnsafe(length), index * BLOCK_SIZE));
}

function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}

/** What a file gets besides its bytes. The owner only where this process may give files away. */
export interface Attributes {
  /** Permission bits. */
  readonly mode: number;
  readonly give: (fd: number) => void;
}

type IndexedBlocks = Iterable<readonly [index: number, bytes: Uint8Array]>;

function writeBlocks(fd: number, blocks: IndexedBlocks): void {
  for (const [index, bytes] of blocks) writeAll(fd, bytes, index * BLOCK_SIZE);
}

/** Makes a file that does not exist yet. */
export function createFile(path: Buffer, blocks: IndexedBlocks, { mode, give }: Attributes): void {
  withFile(openSync(path, 'wx', 0o600), (fd) => {
    writeBlocks(fd, blocks);
    give(fd);
    fchmodSync(fd, mode);
  });
}

/** Changes some blocks of a file in place, and its size. */
export function patchFile(path: Buffer, blocks: IndexedBlocks, size: number, mode: number): void {
  chmodSync(path, 0o600);
  withFile(openSync(path, constants.O_RDWR | constants.O_NOFOLLOW), (fd) => {
    writeBlocks(fd, blocks);
    ftruncateSync(fd, size);
    fchmodSync(fd, mode);
  });
}

/** Puts a whole file in place or none. What is written so proves itself by a hash, so nothing is flushed for a power cut. */
export function placeFile(temporary: string, path: string, parts: readonly Uint8Array[]): void {
  try {
    withFile(openSync(temporary, 'w', 0o600), (fd) => {
      let position = 0;
      for (const part of parts) {
        writeAll(fd, part, position);
        position += part.length;
      }
    });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
