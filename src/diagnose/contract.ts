import { readFile } from 'node:fs/promises';
import type { Bundle } from '../cluster/bundle';
import type { ClusterStatus } from '../cluster/engine';
import { ClusterPaths } from '../cluster/paths';
import { withOverride } from '../cluster/withOverride';
import type { HpConfig, JsonObject } from '../hotpocket/config';
import { freshConfig } from '../hotpocket/config/fresh';
import type { Surroundings } from './finding';

/** The folder of the contract; undefined where there is none, or one with which something is wrong, as its own check says. */
export const soundBundle = ({ bundle }: Surroundings): Promise<Bundle | undefined> => Promise.resolve(bundle).catch(() => undefined);

/** What a deployment of the bundle would make of a node's hp.cfg. Throws OVERRIDE_INVALID. */
export async function configWith(bundle: Bundle, surroundings: Surroundings): Promise<HpConfig> {
  return withOverride(await nodeConfig(surroundings), bundle.override, 'hp.cfg');
}

/** That of the cluster's first node, where it can be read, else that of a new one. */
async function nodeConfig({ engine }: Surroundings): Promise<JsonObject> {
  const status = engine.capabilities.localFiles ? await engine.status().catch(() => undefined) : undefined;
  return (status && (await readConfigOf(status))) ?? freshConfig('contract');
}

async function readConfigOf({ home, nodes }: ClusterStatus): Promise<JsonObject | undefined> {
  const [first] = nodes;
  if (!first) return undefined;
  return readFile(new ClusterPaths(home).node(first.node).hpCfg, 'utf8').then((text) => JSON.parse(text) as JsonObject).catch(() => undefined);
}
