import { expect, it } from 'vitest';
import type { Loss } from './support/network';
import { SimCluster } from './support/simCluster';
import type { SimNode } from './support/simNode';

// Cases in which the real engine comes to a stand (ARCHITECTURE.md, "Differences from the real engine").

function threeNodes(seed: number): { cluster: SimCluster; nodes: [SimNode, SimNode, SimNode] } {
  const cluster = new SimCluster({ size: 3, seed });
  cluster.start();
  cluster.runRounds(6);
  return { cluster, nodes: cluster.members as [SimNode, SimNode, SimNode] };
}

function expectOneHistory(cluster: SimCluster): void {
  const { last, states } = cluster.agreement();
  expect([last.size, states.size, cluster.forks(), cluster.violations], cluster.report()).toEqual([1, 1, [], []]);
}

it('b: three nodes, of which one did not get one message, go on, and it runs the ledger it missed', () => {
  const { cluster, nodes: [first, second, third] } = threeNodes(3);
  cluster.submit(first);
  // The input is in a ledger after two rounds; of the second, one proposal to one node is lost.
  cluster.runRounds(1);
  let lost = 0;
  const one: Loss = (from, to, message) => {
    const hit = from === first && to === third && message.type === 'proposal' && message.proposal.stage === 3 && message.proposal.inputs.length > 0;
    if (hit) lost++;
    return hit;
  };
  cluster.network.losses.add(one);
  const before = second.last.seqNo;
  cluster.runRounds(2);
  expect(lost, cluster.report()).toBe(1);
  cluster.network.losses.clear();
  cluster.runRounds(2);
  expectOneHistory(cluster);
  expect(third.last.seqNo, cluster.report()).toBeGreaterThanOrEqual(before + 3);
  for (const node of [first, second, third]) expect(node.disk.log).toEqual(['input 0']);
  // It ran it itself: neither ledgers nor state came from others.
  expect(third.lines.filter((line) => line.includes('sync: Target added') || line.includes('request history'))).toEqual([]);
});

it('h: two inputs, of which two nodes have one each, both get into a ledger', () => {
  const { cluster, nodes: [first, second] } = threeNodes(4);
  cluster.network.losses.add((from, to, message) => message.type === 'nup' && [first, second].includes(from) && [first, second].includes(to));
  cluster.submit(first, 1);
  cluster.submit(second, 2);
  cluster.runRounds(5);
  expectOneHistory(cluster);
  for (const node of cluster.members) expect([...node.disk.log].sort(), cluster.report()).toEqual(['input 0', 'input 1']);
});
