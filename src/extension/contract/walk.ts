import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** More folders than that are not read: whoever has them has VS Code's search. */
const MOST_FOLDERS = 5_000;

/** Files below the folder that have the name, nearest first; not in node_modules, in folders that begin with a dot, or behind links. */
export async function filesBelow(folder: string, name: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [folder];
  for (let read = 0; read < Math.min(folders.length, MOST_FOLDERS); read++) {
    const current = folders[read] as string;
    for (const entry of await readdir(current, { withFileTypes: true }).catch(() => [])) {
      if (entry.isFile() && entry.name === name) found.push(join(current, name));
      else if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')) folders.push(join(current, entry.name));
    }
  }
  return found;
}
