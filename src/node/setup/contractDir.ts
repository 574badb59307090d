import { existsSync } from 'node:fs';
import { chmod, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { systemCode } from '../../base/errors';
import { removeUnfinished, writeFileAtomic } from '../../base/files';
import { tryLock, type Lock } from '../../base/native/flock';
import { contractPaths, formatPatch, parseConfig, type ContractPaths, type HpConfig } from '../../hotpocket/config';
import type { Hex } from '../../hotpocket/hash';
import { patchHash } from '../../hotpocket/stateHash';
import { readConfigText } from './configFile';
import { SetupError } from './setupError';

const PATCH_MODE = 0o644;

/** A node's folder, checked and locked for this process. */
export interface ContractDir {
  /** All absolute. */
  readonly paths: ContractPaths;
  readonly config: HpConfig;
  /** Hash of patch.cfg as it now is on disk. */
  readonly patchHash: Hex;
  /** patch.cfg was no JSON before. */
  readonly patchWasDamaged: boolean;
  readonly tls: { readonly key: string; readonly cert: string };
  /** Undefined where locks are not available: then nobody notices a second node in the same folder. */
  readonly lock: Lock | undefined;
}

/**
 * What `hpcore run` does first, in its order (reference 1.2, 1.6): checks that everything is there, makes sure that no other
 * process runs this node, reads hp.cfg, and writes patch.cfg anew from it. Throws a SetupError or a ConfigError.
 */
export async function openContractDir(dir: string): Promise<ContractDir> {
  const paths = locateContractDir(dir);
  checkContractDir(paths);
  const lock = lockContractDir(paths);
  try {
    for (const path of [paths.hpCfg, paths.patchCfg]) removeUnfinished(path);
    const config = parseConfig(await readConfigText(paths.hpCfg), paths.hpCfg);
    const tls = { key: await readFile(paths.tlsKey, 'utf8'), cert: await readFile(paths.tlsCert, 'utf8') };
    return { paths, config, ...(await restorePatch(paths.patchCfg, config)), tls, lock };
  } catch (error) {
    lock?.release();
    throw error;
  }
}

/** Its paths from what the user typed, relative to the current folder. Throws a SetupError if that is empty. */
export function locateContractDir(dir: string): ContractPaths {
  if (dir === '') throw new SetupError(['a contract directory must be specified'], 1);
  return contractPaths(resolve(dir));
}

/** Throws a SetupError that names the first thing that is missing. The programs hpfs and hpws are not needed here. */
export function checkContractDir({ dir, cfg, hpCfg, contractFs, ledgerFs, tlsKey, tlsCert }: ContractPaths): void {
  for (const path of [dir, hpCfg, contractFs, ledgerFs]) {
    if (!existsSync(path)) throw new SetupError([`${path} does not exist.`]);
  }
  for (const path of [tlsKey, tlsCert]) {
    if (existsSync(path)) continue;
    throw new SetupError([
      `${path} does not exist. Please provide self-signed certificates. Can generate using command`,
      'openssl req -newkey rsa:2048 -new -nodes -x509 -days 365 -keyout tlskey.pem -out tlscert.pem',
      `and add it to ${cfg}`,
    ]);
  }
}

/** The lock is on the folder of hp.cfg, because the file itself is replaced whenever it is saved. */
export function lockContractDir({ dir, cfg }: ContractPaths): Lock | undefined {
  const lock = tryLock(cfg);
  if (lock === 'held') throw new SetupError([`Another hpcore instance is already running in directory ${dir}`]);
  return lock === 'unavailable' ? undefined : lock;
}

/** Every start brings patch.cfg back to what hp.cfg says, in canonical form. */
async function restorePatch(path: string, config: HpConfig): Promise<Pick<ContractDir, 'patchHash' | 'patchWasDamaged'>> {
  const canonical = Buffer.from(formatPatch(config.contract));
  const current = await readFile(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!current?.equals(canonical)) await writeFileAtomic(path, canonical, PATCH_MODE);
  // The patch hash takes this mode for granted.
  else if (((await stat(path)).mode & 0o7777) !== PATCH_MODE) await chmod(path, PATCH_MODE);
  return { patchHash: patchHash(canonical), patchWasDamaged: current !== undefined && !isJson(current) };
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}
