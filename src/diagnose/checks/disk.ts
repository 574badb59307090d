import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorText, HotPocketError } from '../../base/errors';
import { sizeText } from '../../base/quantities';
import { channelAddress, checkChannelFolder } from '../../cluster/embedded/channel';
import { ClusterPaths, hotpocketHome } from '../../cluster/paths';
import type { Check } from '../finding';

const MIB = 2 ** 20;
const LITTLE = 512 * MIB;
const TOO_LITTLE = 64 * MIB;
/** The longest that a node adds to the path of its cluster, without what a contract names its own files. */
const NODE_PART = Buffer.byteLength('/node64/contract_fs/ro/00000000-0000-0000-0000-000000000000/state/') + 200;
/** PATH_MAX, with the zero at the end. */
const LONGEST = process.platform === 'darwin' ? 1024 : 4096;

/** Where clusters are kept: room, rights, lengths. */
export const disk: Check = {
  title: (l10n) => l10n.t('Disk'),
  async run({ env, engine, l10n }, notes) {
    const folder = hotpocketHome(env);
    const paths = ClusterPaths.of(folder);
    const bytes = Buffer.byteLength(folder);
    const most = LONGEST - NODE_PART - Buffer.byteLength(paths.home.slice(folder.length));
    if (bytes > most) throw new HotPocketError('HOME_PATH_TOO_LONG', { folder, bytes, most });
    const there = await nearest(folder);
    // Those of docker are in its volume; only keys are kept here.
    const { bavail, bsize } = await statfs(there).catch((error: unknown) => {
      throw new HotPocketError('HOME_NOT_WRITABLE', { folder, problem: `${errorText(error)}.` });
    });
    const free = bavail * bsize;
    notes.fact(l10n.t('{0}: {1} free', folder, sizeText(free)));
    if (free < LITTLE && engine.kind === 'embedded') notes.found(free < TOO_LITTLE ? 'problem' : 'warning', new HotPocketError('DISK_ALMOST_FULL', { folder, free: sizeText(free) }));
    await requireWritable(folder, there);
    if (engine.kind === 'embedded' && there === folder) checkChannelFolder(channelAddress(paths, env));
  },
};

/** The folder itself, or the nearest one above it that is there. */
async function nearest(folder: string): Promise<string> {
  for (let at = folder; at !== dirname(at); at = dirname(at)) if (await stat(at).then(() => true, () => false)) return at;
  return dirname(folder);
}

async function requireWritable(folder: string, there: string): Promise<void> {
  const fail = (problem: string): never => {
    throw new HotPocketError('HOME_NOT_WRITABLE', { folder, problem });
  };
  if (!(await stat(there)).isDirectory()) fail(`${there} is not a folder.`);
  await access(there, constants.W_OK | constants.X_OK).catch((error: unknown) => fail(`${errorText(error)}.`));
}
