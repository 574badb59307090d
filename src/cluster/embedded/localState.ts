import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { StateEntry, StateFiles, StateStat } from '../stateFiles';

/** A state in a folder of this machine. */
export class LocalState implements StateFiles {
  constructor(private readonly folder: string) {}

  async stat(path: string): Promise<StateStat | undefined> {
    const file = await this.locate(path);
    const found = file === undefined ? undefined : await lstat(file).catch(() => undefined);
    return found && isState(found) ? { isFolder: found.isDirectory(), size: found.size, changedAt: found.mtimeMs } : undefined;
  }

  async list(path: string): Promise<readonly StateEntry[]> {
    const folder = await this.locate(path);
    const entries = folder === undefined ? [] : await readdir(folder, { withFileTypes: true }).catch(() => []);
    return entries.filter(isState).map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const file = await this.locate(path);
    return file === undefined || (await this.stat(path))?.isFolder !== false ? undefined : readFile(file).catch(() => undefined);
  }

  /** Links are no part of a state, and what is behind one may be anywhere. */
  private async locate(path: string): Promise<string | undefined> {
    const file = pathInState(this.folder, path);
    if (file === undefined || file === this.folder) return file;
    const [root, real] = await Promise.all([realpath(this.folder).catch(() => undefined), realpath(file).catch(() => undefined)]);
    return root !== undefined && real === join(root, relative(this.folder, file)) ? file : undefined;
  }
}

/** Where a path is on disk; undefined if it leads out. */
function pathInState(folder: string, path: string): string | undefined {
  const full = join(folder, ...path.split('/'));
  const inside = relative(folder, full);
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? undefined : full;
}

const isState = (entry: { isFile(): boolean; isDirectory(): boolean }): boolean => entry.isFile() || entry.isDirectory();
