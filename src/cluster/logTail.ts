import { open, type FileHandle } from 'node:fs/promises';

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;

/** Where the last `lines` lines of a file begin, in bytes. An unfinished last line counts as one. Reads no more than needed. */
export async function lastLinesOffset(file: string, lines: number): Promise<number> {
  return lookBack(file, (size) => {
    let left = lines;
    return (block, start) => {
      for (let i = block.length - 1; i >= 0; i--) {
        const end = start + i + 1;
        if (left === 0) return end;
        // The newline at the very end closes the last line instead of beginning another.
        if (block[i] === NEWLINE && end < size && --left === 0) return end;
      }
      return undefined;
    };
  });
}

/** Where the last line that matches begins, in bytes; 0 if none does. The pattern has the flags g and m. */
export async function lastMatchOffset(file: string, pattern: RegExp): Promise<number> {
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

type Visit = (block: Buffer, start: number) => number | undefined;

/** Shows the blocks of a file from its end to its beginning, until the visitor has found its place. 0 if it does not, or there is no file. */
async function lookBack(file: string, begin: (size: number) => Visit): Promise<number> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch {
    return 0;
  }
  try {
    const { size } = await handle.stat();
    const visit = begin(size);
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - CHUNK);
      const block = Buffer.alloc(end - start);
      const { bytesRead } = await handle.read(block, 0, block.length, start);
      const found = visit(block.subarray(0, bytesRead), start);
      if (found !== undefined) return found;
      end = start;
    }
    return 0;
  } finally {
    await handle.close();
  }
}
