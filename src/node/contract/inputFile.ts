import { writeSync } from 'node:fs';
import { namelessFile } from './namelessFile';
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
  const { fd, written } = namelessFile(tempDir, (writer) => writeInputs(writer, users));
  return { fd, ranges: written };
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
