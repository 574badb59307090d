/** One entry of a folder of a node's state. */
export interface StateEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

export interface StateStat {
  readonly isFolder: boolean;
  /** Bytes. */
  readonly size: number;
  /** When its content was changed last, ms since 1970. */
  readonly changedAt: number;
}

/**
 * What is in a node's state (reference 1.2), for those who only look; the contract may change it at any time. Paths are relative to the state, with
 * slashes; the empty one is the state itself. Links, pipes and devices are not part of a state (reference 5.2). What is not there, or leads out
 * of the state, is undefined.
 */
export interface StateFiles {
  stat(path: string): Promise<StateStat | undefined>;
  /** Of a folder; one that is gone is empty. Rejects on the signal, if it takes long. */
  list(path: string, signal?: AbortSignal): Promise<readonly StateEntry[]>;
  read(path: string): Promise<Uint8Array | undefined>;
}

/** Paths of files of a state, at most `limit`, folder by folder. */
export async function listFiles(state: StateFiles, limit: number): Promise<string[]> {
  const files: string[] = [];
  const folders = [''];
  for (let folder = folders.shift(); folder !== undefined && files.length < limit; folder = folders.shift()) {
    const prefix = folder === '' ? '' : `${folder}/`;
    for (const { name, isFolder } of await state.list(folder)) (isFolder ? folders : files).push(`${prefix}${name}`);
  }
  return files.slice(0, limit).sort();
}
