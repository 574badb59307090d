import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { StateEntry } from './elements';

/** Where a path with slashes, relative to a node's state, is on disk; undefined if it leads out. */
export function pathInState(stateDir: string, path: string): string | undefined {
  const full = join(stateDir, ...path.split('/'));
  const inside = relative(stateDir, full);
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? undefined : full;
}

/** Files and folders of one folder of a node's state. One that is gone is empty: the contract changes them every round. */
export async function listStateFolder(stateDir: string, path: string): Promise<StateEntry[]> {
  const folder = pathInState(stateDir, path);
  const entries = folder === undefined ? [] : await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter(isState).map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
}

/** Paths of files below a folder of a node's state, at most `limit`. */
export async function listStateFiles(stateDir: string, limit: number): Promise<string[]> {
  const files: string[] = [];
  const folders = [''];
  for (let folder = folders.shift(); folder !== undefined && files.length < limit; folder = folders.shift()) {
    const prefix = folder === '' ? '' : `${folder}/`;
    for (const { name, isFolder } of await listStateFolder(stateDir, folder)) (isFolder ? folders : files).push(`${prefix}${name}`);
  }
  return files.slice(0, limit).sort();
}

/** Links, pipes and devices are not part of a state (reference 5.2). */
function isState(entry: Dirent): boolean {
  return entry.isFile() || entry.isDirectory();
}
