import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCode } from './errors';

/**
 * Replaces a file, or creates it, so that whoever reads it, also after a power cut, sees either the old content or all
 * of the new. `mode` is set as given, whatever the umask. On failure the file is as it was and no temporary file stays.
 * Two writers at the same time do not mix their data; which of them wins is not defined.
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  // Not even for a moment may a file with keys be readable for others, so it starts out private.
  const file = await open(temporary, 'wx', 0o600);
  try {
    try {
      await file.writeFile(data);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * Removes what writers of this file left that were killed in the middle (`writeFileAtomic`): nobody else would, and it may hold keys. For whoever knows that
 * nobody writes the file now.
 */
export function removeUnfinished(path: string): void {
  const [folder, prefix] = [dirname(path), `.${basename(path)}.`];
  for (const name of namesIn(folder)) if (name.startsWith(prefix) && /^[0-9a-f]{12}\.tmp$/.test(name.slice(prefix.length))) rmSync(join(folder, name), { force: true });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Makes a folder and those above it, as far as they are missing. Rejects with the system's own reason. */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode });
  } catch (error) {
    await mkdir(firstMissing(path, error), { mode });
    await makeFolder(path, mode);
  }
}

/** `makeFolder` at once. */
export function makeFolderSync(path: string, mode = 0o777): void {
  try {
    mkdirSync(path, { recursive: true, mode });
  } catch (error) {
    mkdirSync(firstMissing(path, error), { mode });
    makeFolderSync(path, mode);
  }
}

/** Where a disk is full or read-only, Node.js says ENOENT, so this one is tried by itself. Throws any other reason. */
function firstMissing(path: string, error: unknown): string {
  if (systemCode(error) !== 'ENOENT') throw error;
  const above = dirname(path);
  return existsSync(above) || above === path ? path : firstMissing(above, error);
}

/**
 * Removes a folder and all that is in it, if it is there. Also what its owner, who is not root, may not change as it is: the copies of a state for read requests
 * are in folders that nobody may write to, and a contract can take all rights from its own.
 */
export async function removeFolder(path: string): Promise<void> {
  if (process.platform !== 'win32' && process.geteuid?.() !== 0) await openFolders(path);
  await rm(path, { recursive: true, force: true });
}

/** Before anything is removed: what is removed at the same time would go on after a failure. */
async function openFolders(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats?.isDirectory()) return;
  if ((stats.mode & 0o700) !== 0o700) await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true })) if (entry.isDirectory()) await openFolders(join(path, entry.name));
}

/** Makes names in a folder last: a rename or a new file is on disk only once its folder is. */
export async function syncFolder(path: string): Promise<void> {
  // Windows keeps folders by itself and can't open one.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
