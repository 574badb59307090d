import { constants } from 'node:fs';
import { chmod, copyFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorText, HotPocketError, systemCode } from '../base/errors';
import { makeFolder } from '../base/files';
import { allSettled } from './allSettled';
import type { Bundle, BundleEntry } from './bundle';

// Enough to keep a disk busy without running out of descriptors when many nodes are copied at once.
const AT_ONCE = 16;

/** Copies what one node gets into its `contract_fs/seed`, which must not hold a state yet. Permissions are kept, whatever the umask. */
export async function copyBundle(bundle: Bundle, node: number, seed: string, signal?: AbortSignal): Promise<void> {
  const state = join(seed, 'state');
  await makeFolder(state);
  // The hash of the state covers its modes, and an umask of one developer must not show in it.
  await chmod(state, 0o755);
  await copyEntries(bundle, bundle.state, state, signal);
  await copyEntries(bundle, bundle.disparate.get(node) ?? [], seed, signal);
}

async function copyEntries(bundle: Bundle, entries: readonly BundleEntry[], to: string, signal?: AbortSignal): Promise<void> {
  const folders = entries.flatMap(({ path, content }) => (content.kind === 'folder' ? [{ path: join(to, path), mode: content.mode }] : []));
  for (const { path } of folders) await makeFolder(path);
  const rest = entries.filter(({ content }) => content.kind !== 'folder');
  const worker = async (): Promise<void> => {
    for (let entry = rest.shift(); entry !== undefined; entry = rest.shift()) {
      signal?.throwIfAborted();
      await copyEntry(bundle, entry, join(to, entry.path));
    }
  };
  await allSettled(Array.from({ length: AT_ONCE }, worker));
  // Innermost first and last of all: a folder may be one that cannot be written to.
  for (const { path, mode } of folders.reverse()) await chmod(path, mode);
}

async function copyEntry(bundle: Bundle, { path, source, content }: BundleEntry, to: string): Promise<void> {
  try {
    await makeFolder(dirname(to));
    if (content.kind === 'link') return await symlink(content.target, to);
    await copyFile(source, to, constants.COPYFILE_FICLONE);
    await chmod(to, content.mode);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new HotPocketError('FILES_REFUSED', { path: to, code }, { cause: error });
    throw new HotPocketError('BUNDLE_INVALID', { path: bundle.root, problem: `${path} cannot be copied (${errorText(error)}).` }, { cause: error });
  }
}
