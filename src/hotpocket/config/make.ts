import type { KeyPair } from '../keys';
import { isSection, type Fields, type ShapeOf } from './field';
import { hpConfigTable, patchFields } from './table';
import type { HpConfig, PatchConfig } from './types';

/** The configuration that `hpcore new` writes (reference 1.3): a validator on its own. */
export function newConfig(keys: KeyPair, contractId: string): HpConfig {
  const { node, contract, ...rest } = defaults(hpConfigTable.fields);
  return {
    ...rest,
    node: { ...node, public_key: keys.publicKey, private_key: keys.privateKey },
    contract: { ...contract, id: contractId, unl: [keys.publicKey] },
  };
}

function defaults<F extends Fields>(fields: F): ShapeOf<F> {
  return Object.fromEntries(Object.entries(fields).map(([name, entry]) => [name, isSection(entry) ? defaults(entry.fields) : entry.default])) as ShapeOf<F>;
}

/** The part of a contract section that goes into patch.cfg. */
export function toPatch(contract: PatchConfig): PatchConfig {
  const names = Object.keys(patchFields) as (keyof PatchConfig)[];
  return Object.fromEntries(names.map((name) => [name, contract[name]])) as unknown as PatchConfig;
}

/** The configuration once the patch is in force: everything of the contract section except id, execute, run_as and log. */
export function applyPatch(config: HpConfig, patch: PatchConfig): HpConfig {
  return { ...config, contract: { ...config.contract, ...toPatch(patch) } };
}

/**
 * The configuration of a node that is added to a cluster (reference 9.6), without its ports and peers: node 1's with the
 * new node's keys, but of the contract only what patch.cfg does not bring. hpdevkit copies node 1's own log settings
 * over those of the contract; that is not followed.
 */
export function spawnConfig(fresh: HpConfig, node1: HpConfig): HpConfig {
  const { public_key, private_key } = fresh.node;
  const { id, execute, log, unl } = node1.contract;
  return { ...node1, node: { ...node1.node, public_key, private_key }, contract: { ...fresh.contract, id, execute, log, unl } };
}
