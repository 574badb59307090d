import { open, type FileHandle } from 'node:fs/promises';

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;

/** A place in a log that stays the same place when the file gets another name. */
export interface LogPlace {
  /** Inode of the file. */
  readonly file: number;
  /** Bytes. */
  readonly offset: number;
}

/** What a node's console log is called once it has grown too large and the node began a new one (node/log/consoleRotation.ts). */
export const olderLog = (file: string): string => file.replace(/(\.[^./]*)?$/, '.1$1');

/** Where the last `lines` lines of a log begin, in the file or in the one before. Undefined if there is neither. */
export async function lastLines(file: string, lines: number): Promise<LogPlace | undefined> {
  const tail = await tailOf(file, lines);
  if (tail?.missing === 0) return tail;
  // A moment ago the current one may have been renamed to this, with the next not there yet.
  const before = await tailOf(olderLog(file), tail?.missing ?? lines);
  if (!tail || !before) return tail ?? before;
  return before.file !== tail.file && before.missing < tail.missing ? before : tail;
}

/** Where the last line of a file that matches begins; its beginning if none does. The pattern has the flags g and m. */
export async function lastMatch(file: string, pattern: RegExp): Promise<LogPlace | undefined> {
  return lookBack(file, () => {
    // The end of a line that begins in an earlier block.
    let lineEnd = '';
    return (block, start) => {
      // One character a byte, so that positions are offsets.
      const text = block.toString('latin1') + lineEnd;
      const newline = text.indexOf('\n');
      const begin = start === 0 ? 0 : newline < 0 ? text.length : newline + 1;
      const match = [...text.slice(begin).matchAll(pattern)].at(-1);
      lineEnd = text.slice(0, begin);
      return match && start + begin + match.index;
    };
  });
}

/** The last lines of one file, and how many it lacks. An unfinished last line counts as one. Reads no more than needed. */
async function tailOf(file: string, lines: number): Promise<(LogPlace & { readonly missing: number }) | undefined> {
  let missing = lines;
  const place = await lookBack(file, (size) => {
    // The first line has no newline before it.
    if (size > 0) missing--;
    return (block, start) => {
      for (let i = block.length - 1; i >= 0; i--) {
        const end = start + i + 1;
        if (missing < 0) return end;
        // The newline at the very end closes the last line instead of beginning another.
        if (block[i] === NEWLINE && end < size && --missing < 0) return end;
      }
      return undefined;
    };
  });
  return place && { ...place, missing: Math.max(0, missing) };
}

type Visit = (block: Buffer, start: number) => number | undefined;

/** Shows the blocks of a file from its end to its beginning, until the visitor has found its place; else that is the beginning. */
async function lookBack(file: string, begin: (size: number) => Visit): Promise<LogPlace | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size, ino } = await handle.stat();
    const visit = begin(size);
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - CHUNK);
      const block = Buffer.alloc(end - start);
      const { bytesRead } = await handle.read(block, 0, block.length, start);
      const found = visit(block.subarray(0, bytesRead), start);
      if (found !== undefined) return { file: ino, offset: found };
      end = start;
    }
    return { file: ino, offset: 0 };
  } finally {
    await handle.close();
  }
}
