import { parseConfigExceptKeys } from '../../hotpocket/config';
import { generateKeyPair } from '../../hotpocket/keys';
import { readConfigText, saveConfig } from './configFile';
import { checkContractDir, locateContractDir, lockContractDir } from './contractDir';
import { SetupError } from './setupError';

/**
 * Gives the node in `dir` new signing keys, in its configuration and in the contract's UNL, as `hpcore rekey` does (reference
 * 1.1). Unlike there, a running node is left alone. Throws a SetupError or a ConfigError, and then nothing was changed.
 */
export async function rekey(dir: string): Promise<void> {
  const paths = locateContractDir(dir);
  checkContractDir(paths);
  const lock = lockContractDir(paths);
  try {
    const config = parseConfigExceptKeys(await readConfigText(paths.hpCfg), paths.hpCfg);
    const { node, contract } = config;
    if (!contract.unl.includes(node.public_key)) throw new SetupError(['Updating public key in unl list failed.']);
    const { publicKey, privateKey } = generateKeyPair();
    await saveConfig(paths.dir, {
      ...config,
      node: { ...node, public_key: publicKey, private_key: privateKey },
      contract: { ...contract, unl: contract.unl.map((key) => (key === node.public_key ? publicKey : key)) },
    });
  } finally {
    lock?.release();
  }
}
