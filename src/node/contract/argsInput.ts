import { closeSync, writeFileSync, writeSync } from 'node:fs';
import { systemCode } from '../../base/errors';
import type { NativeSockets } from '../../base/native/sockets';
import { namelessFile } from './namelessFile';

/**
 * The arguments as the contract finds them on stdin: all there, and ended, before its process starts. Node.js reads a pipe without
 * waiting, and a contract that found it empty but not closed, because this node had not come to write or close it, would fail (its
 * library then reads no arguments at all). A pipe as in the real engine; a file where they do not fit into one, which hangs
 * there, or where no pipe is to be had. The caller closes the descriptor.
 */
export function openArgs(args: string, native: NativeSockets | undefined, tempDir: string): { readonly fd: number; readonly isPipe: boolean } {
  const bytes = Buffer.from(args);
  const pipe = native && pipeWith(bytes, native);
  return { fd: pipe ?? namelessFile(tempDir, (fd) => writeFileSync(fd, bytes)).fd, isPipe: pipe !== undefined };
}

/** Undefined if they do not fit. */
function pipeWith(bytes: Buffer, native: NativeSockets): number | undefined {
  const { read, write } = native.pipe();
  let whole = false;
  try {
    native.neverWait(write);
    whole = writeSync(write, bytes) === bytes.length;
  } catch (error) {
    if (systemCode(error) !== 'EAGAIN') throw error;
  } finally {
    closeSync(write);
    if (!whole) closeSync(read);
  }
  return whole ? read : undefined;
}
