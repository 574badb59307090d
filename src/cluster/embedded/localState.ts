import { lstat, readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { StateEntry, StateFiles, StateStat } from '../stateFiles';

/** A state in a folder of this machine. */
export class LocalState implements StateFiles {
  constructor(private readonly folder: string) {}

  async stat(path: string): Promise<StateStat | undefined> {
    const file = pathInState(this.folder, path);
    const found = file === undefined ? undefined : await lstat(file).catch(() => undefined);
    return found && isState(found) ? { isFolder: found.isDirectory(), size: found.size, changedAt: found.mtimeMs } : undefined;
  }

  async list(path: string): Promise<readonly StateEntry[]> {
    const folder = pathInState(this.folder, path);
    const entries = folder === undefined ? [] : await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries.filter(isState).map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const file = pathInState(this.folder, path);
    return file === undefined || (await this.stat(path))?.isFolder !== false ? undefined : readFile(file).catch(() => undefined);
  }
}

/** Where a path is on disk; undefined if it leads out. */
export function pathInState(folder: string, path: string): string | undefined {
  const full = join(folder, ...path.split('/'));
  const inside = relative(folder, full);
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? undefined : full;
}

const isState = (entry: { isFile(): boolean; isDirectory(): boolean }): boolean => entry.isFile() || entry.isDirectory();
