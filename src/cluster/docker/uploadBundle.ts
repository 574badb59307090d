import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import type { Pack } from 'tar-stream';
import { errorText, HotPocketError } from '../../base/errors';
import type { Bundle, BundleEntry } from '../bundle';
import { MOUNT, STAGING } from './names';
import { upload } from './volume';

/** Windows knows no execute permission; the docker command gives it to everything from there, too. */
const FROM_WINDOWS = 0o755;

/** Puts a contract folder into the volume, beside what it will replace: `state` and `disparate/<node>` below `STAGING`. */
export async function uploadBundle(container: Docker.Container, bundle: Bundle, signal?: AbortSignal): Promise<void> {
  await upload(container, MOUNT, async (archive) => {
    addFolder(archive, `${STAGING}/state`);
    for (const entry of bundle.state) await add(archive, bundle, `${STAGING}/state`, entry, signal);
    for (const [node, entries] of bundle.disparate) {
      addFolder(archive, `${STAGING}/disparate/${node}`);
      for (const entry of entries) await add(archive, bundle, `${STAGING}/disparate/${node}`, entry, signal);
    }
  }, signal);
}

/** Its mode shows in the hash of the state. */
function addFolder(archive: Pack, name: string): void {
  archive.entry({ name: `${name}/`, type: 'directory', mode: 0o755 });
}

async function add(archive: Pack, bundle: Bundle, folder: string, { path, source, content }: BundleEntry, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const name = `${folder}/${path.split(sep).join('/')}`;
  if (content.kind === 'link') {
    archive.entry({ name, type: 'symlink', linkname: content.target.split(sep).join('/') });
    return;
  }
  const mode = process.platform === 'win32' ? FROM_WINDOWS : content.mode;
  if (content.kind === 'folder') {
    archive.entry({ name: `${name}/`, type: 'directory', mode });
    return;
  }
  try {
    const { size, mtime } = await stat(source);
    const entry = archive.entry({ name, mode, size, mtime });
    if (size === 0) entry.end();
    else await pipeline(createReadStream(source, { end: size - 1 }), entry);
  } catch (error) {
    if (signal?.aborted || archive.destroyed) throw error;
    throw new HotPocketError('BUNDLE_INVALID', { path: bundle.root, problem: `${path} cannot be copied (${errorText(error)}).` }, { cause: error });
  }
}
