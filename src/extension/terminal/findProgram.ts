import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { MARK } from './shims';

// On Windows a program has one of these endings; npm writes .cmd.
const ENDINGS = process.platform === 'win32' ? ['.cmd', '.exe', '.ps1', ''] : [''];
const HEAD_BYTES = 512;

/** The programs of that name on a PATH, first of all the one that would run. Runs none of them. */
export async function findPrograms(name: string, path: string | undefined): Promise<string[]> {
  const found: string[] = [];
  for (const folder of (path ?? '').split(delimiter).filter(isAbsolute)) {
    for (const ending of ENDINGS) if (await isProgram(join(folder, name + ending))) found.push(join(folder, name + ending));
  }
  return found;
}

/** A hpdevkit that is not one of our shims, which are on the PATH of a VS Code that was started from one's terminal. */
export async function findRealHpdevkit(path: string | undefined): Promise<string | undefined> {
  for (const file of await findPrograms('hpdevkit', path)) if (!(await isOurs(file))) return file;
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

async function isOurs(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead).includes(MARK);
  } finally {
    await handle.close();
  }
}
