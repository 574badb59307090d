import { lchownSync, lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemCode } from '../../base/errors';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * A contract that runs as somebody else may write to its state all the same (reference 5.1: hpfs lets the `run_as` pair in). Only root
 * runs contracts so, and only root can give files away; anybody else changes nothing here. `thorough`: files within folders too.
 */
export function giveTo(owner: Owner, paths: readonly string[], thorough: boolean): void {
  if (process.geteuid?.() !== 0) return;
  for (const path of paths) give(owner, path, thorough);
}

function give(owner: Owner, path: string, thorough: boolean): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return;
  const foreign = stats.uid !== owner.uid || stats.gid !== owner.gid;
  if (foreign) lchownSync(path, owner.uid, owner.gid);
  if (!stats.isDirectory() || !(foreign || thorough)) return;
  for (const name of readdirSync(path)) {
    try {
      give(owner, join(path, name), true);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
}

/** The folder nearest to the root on the way to `path`, and within it, that `owner` may not pass; undefined if there is none. */
export function shutOutBy({ uid, gid }: Owner, path: string): string | undefined {
  const above = dirname(path) === path ? undefined : shutOutBy({ uid, gid }, dirname(path));
  if (above !== undefined) return above;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return undefined;
  const bit = stats.uid === uid ? 0o100 : stats.gid === gid ? 0o010 : 0o001;
  return (stats.mode & bit) === 0 ? path : undefined;
}
