import { open } from 'node:fs/promises';
import { findPrograms } from '../../base/programs';
import { MARK } from './shims';

const HEAD_BYTES = 512;

/** A hpdevkit that is not one of our shims, which are on the PATH of a VS Code that was started from one's terminal. */
export async function findRealHpdevkit(path: string | undefined): Promise<string | undefined> {
  for (const file of await findPrograms('hpdevkit', path)) if (!(await isOurs(file))) return file;
  return undefined;
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
