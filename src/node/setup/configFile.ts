import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../../base/files';
import { ConfigError, contractPaths, formatConfig, type HpConfig } from '../../hotpocket/config';
import { SetupError } from './setupError';

/** The text of a node's hp.cfg. Throws a ConfigError as reference 1.4 has it. */
export async function readConfigText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const errno = error instanceof Error && 'errno' in error ? Math.abs(Number(error.errno)) : 0;
    throw new ConfigError('file', [`Error reading from the config file. ${errno}`]);
  }
}

/** Replaces hp.cfg of the node in `dir`; after a power cut it is the old or the new one. It holds the private key, hence 0600. */
export async function saveConfig(dir: string, config: HpConfig): Promise<void> {
  const { hpCfg } = contractPaths(dir);
  try {
    await writeFileAtomic(hpCfg, formatConfig(config), 0o600);
  } catch (error) {
    throw new SetupError([`Writing file failed. ${hpCfg}`], undefined, { cause: error });
  }
}
