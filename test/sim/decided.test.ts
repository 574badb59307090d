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

it('l: a ledger that a node closes in the very round in which it caught up is said as any other', () => {
  const cluster = new SimCluster({ size: 5, seed: 5 });
  cluster.start();
  cluster.runRounds(6);
  const [first, ...rest] = cluster.members as [SimNode, ...SimNode[]];
  const last = rest.at(-1)!;
  const away: Loss = (from, to) => from === last || to === last;
  cluster.network.losses.add(away);
  cluster.submit(first);
  cluster.runRounds(5);
  cluster.network.losses.clear();

  const from = last.lines.length;
  const says = (text: string): string | undefined => last.lines.slice(from).find((line) => line.includes(text));
  const timeOf = (text: string): number => {
    for (let i = 0; i < 2_000 && !says(text); i++) cluster.world.runUntil(cluster.world.now + 10);
    return cluster.world.now;
  };
  const behind = timeOf('We are not on the consensus ledger');
  const closed = timeOf('****Ledger created****');
  // Stage 1 found it behind, and there was no other one since: for the real engine it is still catching up.
  expect(closed - behind, cluster.report()).toBeLessThan(cluster.roundTime);
  expect(last.lines.slice(from).filter((line) => line.includes('We are not')), cluster.report()).toHaveLength(1);
  cluster.world.runUntil(cluster.world.now + 200);
  expect(first.lines).toContain(says('****Ledger created****'));
  cluster.runRounds(2);
  expectOneHistory(cluster);
  expect(last.disk.log).toEqual(['input 0']);
});
