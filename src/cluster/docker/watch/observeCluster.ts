import { runKey, type DockerCluster } from '../cluster';
import type { FactsOfNode } from '../describe';
import { withFacts } from './facts';
import { observedNodes, observeOnce, type ObservedNode, type Told } from './observer';
import { observerFolder, ObserverKey } from './observerKey';
import { readSeen } from './seen';

/** Adds to what logs told what nodes say to a user, or what another process of this user sees that observes them. */
export async function observeCluster(home: string, host: string, cluster: DockerCluster, logged: FactsOfNode): Promise<FactsOfNode> {
  const contractId = cluster.nodes[0]?.config.contract.id ?? '';
  const nodes = observedNodes(cluster, logged, host);
  if (contractId === '' || nodes.length === 0) return logged;
  // A home that cannot be written to is no reason not to show what logs tell.
  const key = await ObserverKey.open(home, contractId).catch(() => undefined);
  const told = key ? await lookAt(key, nodes) : readSeen(observerFolder(home, contractId));
  return (node) => {
    const facts = logged(node);
    const more = node.container && told[runKey(node.container)];
    return facts && more ? withFacts(facts, more) : facts;
  };
}

async function lookAt(key: ObserverKey, nodes: readonly ObservedNode[]): Promise<Readonly<Record<string, Told | undefined>>> {
  try {
    return Object.fromEntries(await Promise.all(nodes.map(async (node) => [node.run, await observeOnce(key, node)] as const)));
  } finally {
    await key.release();
  }
}
