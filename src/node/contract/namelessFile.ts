import { randomUUID } from 'node:crypto';
import { closeSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What `write` put into a file without a name: a descriptor that reads it from its beginning. The caller closes it. */
export function namelessFile<T>(tempDir: string, write: (fd: number) => T): { readonly fd: number; readonly written: T } {
  const path = join(tempDir, randomUUID());
  const writer = openSync(path, 'wx', 0o600);
  try {
    let reader: number;
    try {
      reader = openSync(path, 'r');
    } finally {
      unlinkSync(path);
    }
    try {
      return { fd: reader, written: write(writer) };
    } catch (error) {
      closeSync(reader);
      throw error;
    }
  } finally {
    closeSync(writer);
  }
}
