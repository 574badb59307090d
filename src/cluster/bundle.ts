import { constants, type Stats } from 'node:fs';
import { access, lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { errorText, HotPocketError, systemCode } from '../base/errors';

/** A contract folder that has been looked through and can be deployed (reference 9.5). */
export interface Bundle {
  readonly root: string;
  /** What becomes the contract's state, a folder before what is in it. */
  readonly state: readonly BundleEntry[];
  /** What a node alone gets, by node: `disparate/<node>/…`. Paths count from there. */
  readonly disparate: ReadonlyMap<number, readonly BundleEntry[]>;
  /** The text of hp.cfg.override. */
  readonly override?: { readonly path: string; readonly text: string };
}

export interface BundleEntry {
  readonly path: string;
  readonly source: string;
  readonly content: { readonly kind: 'file' | 'folder'; readonly mode: number } | { readonly kind: 'link'; readonly target: string };
}

const OVERRIDE = 'hp.cfg.override';
const DISPARATE = 'disparate';
/** What hpdevkit's copying leaves of permissions (`cp` as root, umask 022). They show in the hash of the state, and a developer's own umask must not. */
const PERMISSIONS = 0o755;

/**
 * Looks through a contract folder without changing anything. Throws BUNDLE_NOT_FOUND, or BUNDLE_INVALID for what cannot
 * be the same on every node: links that lead out, devices, sockets, files that cannot be read. `forbidden`, if given, must not lie inside.
 */
export async function readBundle(path: string, forbidden?: string): Promise<Bundle> {
  const root = await realpath(path).catch(() => undefined);
  if (root === undefined) throw new HotPocketError('BUNDLE_NOT_FOUND', { path });
  if (!(await lstat(root)).isDirectory()) throw new HotPocketError('BUNDLE_INVALID', { path, problem: 'it is not a folder.' });
  if (forbidden !== undefined && isInside(root, await realpath(forbidden).catch(() => forbidden))) {
    throw new HotPocketError('BUNDLE_INVALID', { path, problem: `the cluster's own data is inside it (${forbidden}).` });
  }
  const all = await listFolder(path, root);
  const state: BundleEntry[] = [];
  const disparate = new Map<number, BundleEntry[]>();
  for (const entry of all) {
    const [first, second, ...rest] = entry.path.split(sep);
    if (first === OVERRIDE) continue;
    if (first !== DISPARATE) state.push(entry);
    else if (rest.length > 0 && /^[1-9]\d*$/.test(second ?? '')) {
      const own = disparate.get(Number(second)) ?? [];
      own.push({ ...entry, path: join(...rest) });
      disparate.set(Number(second), own);
    }
  }
  const override = all.find((entry) => entry.path === OVERRIDE);
  if (override === undefined) return { root, state, disparate };
  if (override.content.kind === 'folder') throw new HotPocketError('BUNDLE_INVALID', { path, problem: `${OVERRIDE} is a folder.` });
  // It may be a link, to a folder or to nothing.
  const text = await readFile(override.source, 'utf8').catch((error: unknown) => {
    throw new HotPocketError('BUNDLE_INVALID', { path, problem: `${OVERRIDE} cannot be read (${errorText(error)}).` });
  });
  return { root, state, disparate, override: { path: join(path, OVERRIDE), text } };
}

async function listFolder(named: string, root: string): Promise<BundleEntry[]> {
  const entries: BundleEntry[] = [];
  const visit = async (folder: string): Promise<void> => {
    for (const name of (await readdir(folder)).sort()) {
      const source = join(folder, name);
      const path = relative(root, source);
      const fail = (problem: string): never => {
        throw new HotPocketError('BUNDLE_INVALID', { path: named, problem: `${path} ${problem}` });
      };
      try {
        const stats = await lstat(source);
        if (stats.isSymbolicLink()) {
          const target = await readlink(source);
          if (!(await staysInside(root, source, target))) fail(`is a link that leads out of the folder (to ${target}).`);
          entries.push({ path, source, content: { kind: 'link', target } });
          continue;
        }
        const kind = kindOf(stats) ?? fail('is neither a file nor a folder.');
        await access(source, kind === 'folder' ? constants.R_OK | constants.X_OK : constants.R_OK);
        entries.push({ path, source, content: { kind, mode: stats.mode & PERMISSIONS } });
        if (kind === 'folder') await visit(source);
      } catch (error) {
        if (error instanceof HotPocketError) throw error;
        fail(systemCode(error) === 'EACCES' ? 'cannot be read (permission denied).' : `cannot be read (${errorText(error)}).`);
      }
    }
  };
  await visit(root);
  return entries;
}

function kindOf(stats: Stats): 'file' | 'folder' | undefined {
  if (stats.isFile()) return 'file';
  return stats.isDirectory() ? 'folder' : undefined;
}

/** Both as written, since the link may hang, and as the system resolves it, since links may lead over others. */
async function staysInside(root: string, link: string, target: string): Promise<boolean> {
  if (isAbsolute(target) || !isInside(root, resolve(dirname(link), target))) return false;
  const resolved = await realpath(link).catch(() => undefined);
  return resolved === undefined || isInside(root, resolved);
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
