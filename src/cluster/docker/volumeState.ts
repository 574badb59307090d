import { posix } from 'node:path';
import type Docker from 'dockerode';
import type { StateEntry, StateFiles, StateStat } from '../stateFiles';
import { hasStatus } from './daemon/failures';
import type { HpfsSessions, RunningNode, What } from './hpfsSession';
import { nodeDir } from './names';
import { readBytes } from './volume';
import { script } from './work';

/** Names of a folder's files and folders with a letter before and a zero after each; links are left out, and so is what is behind one. Any shell can do it. */
export const LIST = `
cd "$1" 2>/dev/null && [ "$(pwd -P)" = "$1" ] || exit 0
for name in * .[!.]* ..?*; do
  if [ -L "$name" ]; then continue; fi
  if [ -d "$name" ]; then printf 'd%s\\000' "$name"; elif [ -f "$name" ]; then printf 'f%s\\000' "$name"; fi
done
`;
const LIST_LIMIT = 4 * 2 ** 20;
/** Of Go's file modes, in which Docker tells them. */
const NO_FILE = 0x0f280000;
const FOLDER = 2 ** 31;

/** Whom to ask: the node's container if it runs, else any that has the volume, running or not, and an image for work inside it. */
export type Place = () => Promise<{ readonly running: RunningNode | undefined; readonly container: Docker.Container; readonly image: string }>;

/** A node's state: as hpfs shows it while the node runs, else what is in the cluster's volume. All methods reject as the daemon does. */
export class VolumeState implements StateFiles {
  private readonly root: string;

  constructor(private readonly docker: Docker, private readonly node: number, private readonly place: Place, private readonly sessions: HpfsSessions) {
    this.root = `${nodeDir(node)}/contract_fs/seed/state`;
  }

  async stat(path: string): Promise<StateStat | undefined> {
    const file = this.locate(path);
    if (file === undefined) return undefined;
    const { container, running } = await this.place();
    const shown = await this.look(running, 'stat', file);
    if (shown) return statIn(shown.toString());
    return this.statInVolume(container, path, file);
  }

  async list(path: string, signal?: AbortSignal): Promise<readonly StateEntry[]> {
    const folder = this.locate(path);
    if (folder === undefined) return [];
    const { container, image, running } = await this.place();
    const shown = await this.look(running, 'list', folder);
    if (shown) return entriesIn(shown.toString());
    const text = await script(this.docker, image, 'Listing the state', LIST, [folder], { outputLimit: LIST_LIMIT, volumesFrom: container.id, ...(signal && { signal }) });
    return entriesIn(text);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const file = this.locate(path);
    if (file === undefined) return undefined;
    const { container, running } = await this.place();
    const shown = await this.look(running, 'read', file);
    // A letter before what is in it tells an empty file from none.
    if (shown) return shown.length === 0 ? undefined : shown.subarray(1);
    return (await this.statInVolume(container, path, file))?.isFolder === false ? (await readBytes(container, file))?.content : undefined;
  }

  private async look(running: RunningNode | undefined, what: What, file: string): Promise<Buffer | undefined> {
    return running && this.sessions.look(running, this.node, what, posix.relative(this.root, file));
  }

  /** Links are no part of a state (hpfs makes none), and what is behind one may be anywhere: all on the way has to be folders. */
  private async statInVolume(container: Docker.Container, path: string, file: string): Promise<StateStat | undefined> {
    const names = posix.normalize(path).split('/');
    for (const i of names.keys()) if (!(await statOf(container, posix.join(this.root, ...names.slice(0, i))))?.isFolder) return undefined;
    return statOf(container, file);
  }

  private locate(path: string): string | undefined {
    const full = posix.resolve(posix.join(this.root, path));
    return full === this.root || full.startsWith(`${this.root}/`) ? full : undefined;
  }
}

const entriesIn = (text: string): StateEntry[] => text.split('\0').slice(0, -1).map((entry) => ({ name: entry.slice(1), isFolder: entry.startsWith('d') }));

/** Undefined for what is neither file nor folder, and for what is not there. A link at the end of the path is not followed. */
async function statOf(container: Docker.Container, path: string): Promise<StateStat | undefined> {
  try {
    const { headers } = (await container.infoArchive({ path })) as unknown as { headers: Record<string, string> };
    const told = JSON.parse(Buffer.from(headers['x-docker-container-path-stat'] ?? '', 'base64').toString('utf8')) as { size: number; mode: number; mtime: string };
    return (told.mode & NO_FILE) !== 0 ? undefined : { isFolder: told.mode >= FOLDER, size: told.size, changedAt: Date.parse(told.mtime) };
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Kind, bytes, and two times in seconds. */
function statIn(text: string): StateStat | undefined {
  const [kind, size = 0, ...times] = text.trim().split(' ').map((word, i) => (i === 0 ? word : Number(word))) as [string, ...number[]];
  return kind === '' ? undefined : { isFolder: kind === 'd', size, changedAt: 1000 * Math.max(0, ...times) };
}
