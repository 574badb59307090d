import { randomUUID } from 'node:crypto';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RunUser } from './types';

export type InputRange = readonly [offset: number, size: number];

export interface InputFile {
  /** Open for reading; the file has no name any more. The caller closes it. */
  readonly fd: number;
  /** Per user, in their order. */
  readonly ranges: readonly (readonly InputRange[])[];
}

const ALIGNMENT = 4096;

/** Puts all inputs into one file in which the contract finds each by offset and size (reference 7.3, user_in_fd). */
export function writeInputFile(users: readonly RunUser[], tempDir: string): InputFile {
  const path = join(tempDir, `inputs-${randomUUID()}`);
  const writer = openSync(path, 'wx', 0o600);
  try {
    let reader: number;
    try {
      reader = openSync(path, 'r');
    } finally {
      unlinkSync(path);
    }
    try {
      return { fd: reader, ranges: writeInputs(writer, users) };
    } catch (error) {
      closeSync(reader);
      throw error;
    }
  } finally {
    closeSync(writer);
  }
}

function writeInputs(fd: number, users: readonly RunUser[]): InputRange[][] {
  let end = 0;
  return users.map((user) => user.inputs.map((input): InputRange => {
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    for (let done = 0; done < input.length;) done += writeSync(fd, input, done, input.length - done, offset + done);
    end = offset + input.length;
    return [offset, input.length];
  }));
}
