import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, removeFolder, syncFolder } from '../../../base/files';
import type { HpConfig } from '../../../hotpocket/config';
import type { Bundle } from '../../bundle';
import { copyBundle } from '../../copyBundle';
import type { ClusterPaths, NodePaths } from '../../paths';
import { writeNodeConfig } from '../nodeConfig';

/**
 * A deployment is first made ready beside the files it will replace, on every node, and then put in their place on every node. Between the
 * two, one write of cluster.json decides. So the cluster is the old or the new one, whoever dies when.
 */
const staged = (node: NodePaths): string => join(node.dir, 'deploying');

/** Makes ready what a node gets: the empty layout of a new node (reference 1.2), the contract as its state, and its hp.cfg. */
export async function stage(paths: ClusterPaths, node: number, bundle: Bundle, config: HpConfig, signal?: AbortSignal): Promise<void> {
  const folder = staged(paths.node(node));
  await removeFolder(folder);
  for (const path of ['contract_fs/mnt', 'ledger_fs/mnt', 'ledger_fs/seed/primary', 'ledger_fs/seed/raw']) await makeFolder(join(folder, path));
  await copyBundle(bundle, node, join(folder, 'contract_fs', 'seed'), signal);
  await writeNodeConfig(join(folder, 'hp.cfg'), config);
}

/** Puts in place what was made ready, as far as that has not been done. The node must not run. */
export async function putInPlace(paths: ClusterPaths, node: number): Promise<void> {
  const target = paths.node(node);
  const folder = staged(target);
  for (const [name, to] of [['contract_fs', target.contractFs], ['ledger_fs', target.ledgerFs]] as const) {
    if (!existsSync(join(folder, name))) continue;
    await removeFolder(to);
    await rename(join(folder, name), to);
  }
  if (existsSync(join(folder, 'hp.cfg'))) await rename(join(folder, 'hp.cfg'), target.hpCfg);
  await syncFolder(target.dir);
  await discard(paths, node);
}

export async function discard(paths: ClusterPaths, node: number): Promise<void> {
  await removeFolder(staged(paths.node(node)));
}
