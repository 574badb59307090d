import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { writeFileAtomic } from '../../base/files';
import { formatConfig, parseConfig, type HpConfig } from '../../hotpocket/config';
import type { ClusterPaths } from '../paths';
import type { ClusterRecord, NodeRecord } from './clusterFile';
import type { ConsensusTerms } from './describe';

/** A node's hp.cfg. Throws a ConfigError, or the system's error. */
export async function readNodeConfig(paths: ClusterPaths, node: number): Promise<HpConfig> {
  const file = paths.node(node).hpCfg;
  return parseConfig(await readFile(file, 'utf8'), file);
}

/** The role that a node will have when it starts, or undefined if its hp.cfg can't be read or says none. */
export function configuredRole(paths: ClusterPaths, node: number): NodeRecord['role'] | undefined {
  try {
    const { role } = (JSON.parse(readFileSync(paths.node(node).hpCfg, 'utf8')) as { node: { role: unknown } }).node;
    return role === 'observer' || role === 'validator' ? role : undefined;
  } catch {
    return undefined;
  }
}

/** Only for a node that does not run: a running one writes its own over it (reference 1.5). */
export async function writeNodeConfig(file: string, config: HpConfig): Promise<void> {
  await writeFileAtomic(file, formatConfig(config), 0o600);
}

/** What a cluster agrees on before any of its nodes has told: as node 1 is configured. */
export async function configuredTerms(paths: ClusterPaths, record: ClusterRecord): Promise<ConsensusTerms> {
  const { contract } = await readNodeConfig(paths, record.nodes[0]?.node ?? 1);
  return { roundTime: contract.consensus.roundtime, threshold: contract.consensus.threshold, unl: contract.unl, binPath: contract.bin_path, binArgs: contract.bin_args };
}

export function nodeRecord(node: number, config: HpConfig, running: boolean): NodeRecord {
  const role = config.node.role === 'observer' ? 'observer' : 'validator';
  return { node, publicKey: config.node.public_key, role, userPort: config.user.port, peerPort: config.mesh.port, running };
}

/** Where the others reach a node: all of them are on this machine. */
export const peerAddress = (peerPort: number): string => `127.0.0.1:${peerPort}`;
