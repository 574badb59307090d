import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../../base/errors';
import { formatConfig, newConfig, type ContractPaths, type HpConfig } from '../../hotpocket/config';
import { generateKeyPair } from '../../hotpocket/keys';
import { locateContractDir } from './contractDir';
import { SetupError } from './setupError';

/**
 * Makes the folder of a new node, as `hpcore new` does (reference 1.1, 1.2): layout, hp.cfg with new keys, TLS files.
 * The folder must not exist; those above it are made. Throws a SetupError, and then it is not left behind.
 */
export async function createContractDir(dir: string): Promise<HpConfig> {
  const paths = locateContractDir(dir);
  await makeDir(paths.dir);
  try {
    await makeFolders(paths);
    return await writeFiles(paths);
  } catch (error) {
    await rm(paths.dir, { recursive: true, force: true });
    throw error;
  }
}

async function makeDir(dir: string): Promise<void> {
  await mkdir(dirname(dir), { recursive: true }).catch(cannotCreate);
  await mkdir(dir).catch((error: unknown) => {
    if (systemCode(error) !== 'EEXIST') cannotCreate(error);
    throw new SetupError(['Contract dir already exists. Cannot create contract at the same location.'], undefined, { cause: error });
  });
}

async function makeFolders(paths: ContractPaths): Promise<void> {
  const { cfg, contractMount, state, ledgerMount, primaryShards, rawShards, contractLog } = paths;
  for (const folder of [cfg, contractMount, state, ledgerMount, primaryShards, rawShards, contractLog]) {
    await mkdir(folder, { recursive: true }).catch(cannotCreate);
  }
  // The mode of the state folder is part of the state hash, so the umask must have no say.
  const folders = await readdir(paths.dir, { recursive: true });
  for (const folder of ['', ...folders]) await chmod(join(paths.dir, folder), 0o755);
}

function cannotCreate(error: unknown): never {
  throw new SetupError(['ERROR: unable to create directories.'], undefined, { cause: error });
}

async function writeFiles({ hpCfg, tlsKey, tlsCert }: ContractPaths): Promise<HpConfig> {
  // Loaded here because it takes longer than all the rest, and nodes that run have no use for it.
  const { makeTlsFiles } = await import('./tls');
  const config = newConfig(generateKeyPair(), randomUUID());
  const tls = await makeTlsFiles(config.node.public_key);
  for (const [path, text] of [[tlsKey, tls.key], [tlsCert, tls.cert], [hpCfg, formatConfig(config)]] as const) {
    try {
      await writeFile(path, text, { mode: 0o600 });
    } catch (error) {
      throw new SetupError([`Writing file failed. ${path}`], undefined, { cause: error });
    }
  }
  return config;
}
