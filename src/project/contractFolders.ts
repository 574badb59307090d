import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';

export const OVERRIDE = 'hp.cfg.override';
const MANIFEST = 'package.json';
const BUILT = 'dist';
const SOURCE = 'src';
const LIBRARY = 'hotpocket-nodejs-contract';

/** A folder that looks like a contract ready to be deployed, and why it does. */
export interface ContractFolder {
  readonly path: string;
  readonly why: 'last' | 'override' | 'built';
}

/** What is read of a package.json. */
export interface Package {
  readonly folder: string;
  readonly hasBuild: boolean;
  readonly isContract: boolean;
}

/**
 * Contract folders among the files that a search found: those with hp.cfg.override, what a project is built into, and
 * the one that was deployed last, which goes first.
 */
export async function contractFolders(overrides: readonly string[], manifests: readonly string[], last?: string): Promise<ContractFolder[]> {
  const found = new Map<string, ContractFolder['why']>();
  if (last !== undefined && (await isFolder(last))) found.set(last, 'last');
  for (const override of overrides) {
    const path = await deployable(dirname(override));
    if (!found.has(path)) found.set(path, 'override');
  }
  const packages = (await Promise.all(manifests.map((manifest) => readPackage(dirname(manifest))))).filter((one) => one !== undefined);
  const only = found.size === 0;
  for (const { folder, isContract } of packages) {
    const path = join(folder, BUILT);
    if (!found.has(path) && (only || isContract) && (await isFolder(path))) found.set(path, 'built');
  }
  return [...found].map(([path, why]) => ({ path, why }));
}

/**
 * The folder to deploy for one with hp.cfg.override: that one, except that sources are not what runs. Projects keep the
 * file in `src`, from where their build copies it to `dist`.
 */
export async function deployable(folder: string): Promise<string> {
  if (basename(folder) !== SOURCE) return folder;
  const project = await readPackage(dirname(folder));
  const built = join(dirname(folder), BUILT);
  return project && (project.hasBuild || (await isFolder(built))) ? built : folder;
}

/** The hp.cfg.override that an author edits, of one that is deployed: what a build copies from the sources is made anew with the next one. */
export async function overrideSource(path: string): Promise<string> {
  const folder = dirname(path);
  const project = basename(folder) === BUILT ? await packageOf(folder, undefined) : undefined;
  if (!project?.hasBuild) return path;
  const sources = [join(project.folder, SOURCE), project.folder].filter((one) => one !== folder && hasOverride(one));
  return sources[0] === undefined ? path : join(sources[0], OVERRIDE);
}

/** The package that a contract folder is built by: the nearest one, not above `limit` if the folder lies in it, else not above its parent. */
export async function packageOf(folder: string, limit: string | undefined): Promise<Package | undefined> {
  const top = limit !== undefined && isInside(folder, limit) ? limit : dirname(folder);
  for (let current = folder; isInside(current, top); current = dirname(current)) {
    const found = await readPackage(current);
    if (found) return found;
    if (current === dirname(current)) return undefined;
  }
  return undefined;
}

/** A contract as its author sees it: what is deployed, and what it is built from. */
export interface ContractProject {
  /** To be deployed; it may not be there. */
  readonly folder: string;
  readonly project?: Package;
}

/** The contract of a folder that somebody names, which may be that of a project. Undefined if nothing there looks like one. */
export async function contractOf(named: string): Promise<ContractProject | undefined> {
  if (!(await isFolder(named))) return withProject(named);
  const own = await readPackage(named);
  const folder = hasOverride(named) ? await deployable(named) : own ? await builtFolder(own) : hasOverride(join(named, SOURCE)) ? join(named, BUILT) : undefined;
  return folder === undefined ? undefined : withProject(folder);
}

async function withProject(folder: string): Promise<ContractProject> {
  const project = await packageOf(folder, undefined);
  return { folder, ...(project && { project }) };
}

/** What a project is built into, or itself if it is not built. */
async function builtFolder({ folder, hasBuild }: Package): Promise<string> {
  const built = join(folder, BUILT);
  return hasBuild || (await isFolder(built)) ? built : folder;
}

/** The newest file of a project's sources that was changed after all that was built; relative to the project. Undefined if there is none, or nothing to compare. */
export async function newerSource({ folder, project }: ContractProject): Promise<string | undefined> {
  if (!project?.hasBuild || isInside(project.folder, folder)) return undefined;
  const [source, built] = await Promise.all([newest(join(project.folder, SOURCE)), newest(folder)]);
  return source && built && source.changedAt > built.changedAt ? relative(project.folder, source.path) : undefined;
}

interface Changed {
  readonly path: string;
  /** ms since 1970. */
  readonly changedAt: number;
}

async function newest(folder: string): Promise<Changed | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes(`${sep}node_modules`)).map(({ parentPath, name }) => join(parentPath, name));
  const all = await Promise.all(files.map(async (path) => stat(path).then(({ mtimeMs }): Changed => ({ path, changedAt: mtimeMs }), () => undefined)));
  return all.reduce((latest, one) => (one && (!latest || one.changedAt > latest.changedAt) ? one : latest), undefined);
}

export function hasOverride(folder: string): boolean {
  return existsSync(join(folder, OVERRIDE));
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}

/** One that is not there, or no JSON, is none: npm will say what is wrong with it. */
async function readPackage(folder: string): Promise<Package | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'));
    const { scripts, dependencies, devDependencies } = content as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
    return { folder, hasBuild: typeof scripts?.build === 'string', isContract: [dependencies, devDependencies].some((listed) => listed?.[LIBRARY] !== undefined) };
  } catch {
    return undefined;
  }
}

/** Whether a path is the folder or lies below it. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}
