import type { DockerCluster, DockerNode } from '../cluster';
import type { FactsOfNode } from '../describe';
import { withFacts } from './facts';
import { observeOnce } from './observer';
import { ObserverKey } from './observerKey';

/** Adds to what logs told what all nodes that run say to a user, if no other process of this user observes them. */
export async function observeCluster(home: string, host: string, { nodes }: DockerCluster, logged: FactsOfNode): Promise<FactsOfNode> {
  const key = await ObserverKey.open(home, nodes[0]?.config.contract.id ?? '').catch(() => undefined);
  if (!key) return logged;
  try {
    const told = await Promise.all(nodes.map(async (node) => [node.node, await observeNode(key, host, node, logged)] as const));
    const seen = new Map(told);
    return (node) => {
      const facts = logged(node);
      const more = seen.get(node.node);
      return facts && more ? withFacts(facts, more) : facts;
    };
  } finally {
    key.release();
  }
}

async function observeNode(key: ObserverKey, host: string, node: DockerNode, logged: FactsOfNode): ReturnType<typeof observeOnce> {
  const { config, container } = node;
  const takesUsers = container?.State.Running && !container.State.Paused && logged(node)?.listening;
  return takesUsers && config.node.public_key !== '' ? observeOnce(key, { url: `wss://${host}:${config.user.port}`, publicKey: config.node.public_key }) : undefined;
}
