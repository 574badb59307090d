import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

// On Windows a program has one of these endings; npm writes .cmd.
const ENDINGS = process.platform === 'win32' ? ['.cmd', '.exe', '.ps1', ''] : [''];

/** The programs of that name on a PATH, first of all the one that would run. Runs none of them. */
export async function findPrograms(name: string, path: string | undefined): Promise<string[]> {
  const found: string[] = [];
  for (const folder of (path ?? '').split(delimiter).filter(isAbsolute)) {
    for (const ending of ENDINGS) if (await isProgram(join(folder, name + ending))) found.push(join(folder, name + ending));
  }
  return found;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
