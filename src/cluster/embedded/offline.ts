import { asHotPocketError } from '../../base/errors';
import type { ClusterStatus, NodeState } from '../engine';
import type { ClusterPaths } from '../paths';
import { readClusterFile } from './clusterFile';
import { describeCluster, describeNode } from './describe';
import { configuredTerms } from './nodeConfig';

/** A cluster without a supervisor, from its files: looking at it starts nothing. */
export async function offlineStatus(paths: ClusterPaths): Promise<ClusterStatus | undefined> {
  const record = await readClusterFile(paths.clusterFile);
  if (!record) return undefined;
  const terms = await configuredTerms(paths, record).catch((error: unknown) => {
    throw asHotPocketError(error);
  });
  const state = (running: boolean): NodeState => (running ? { kind: 'stopped', interrupted: true } : { kind: 'stopped' });
  return describeCluster(paths, record, terms, record.nodes.map((node) => describeNode(paths, node, terms.unl, state(node.running), {})));
}
