import { expect, it } from 'vitest';
import type { Loss } from './support/network';
import { SimCluster } from './support/simCluster';
import type { SimNode } from './support/simNode';

const isFinal = (message: Parameters<Loss>[2]): boolean => message.type === 'proposal' && message.proposal.stage === 3;

/** Runs until one of the given nodes closes a ledger after `seqNo`. */
function runUntilClosed(cluster: SimCluster, nodes: readonly SimNode[], seqNo: number): void {
  for (let i = 0; i < 2_000 && nodes.every((n) => n.last.seqNo <= seqNo); i++) cluster.world.runUntil(cluster.world.now + 10);
  expect(nodes.some((n) => n.last.seqNo > seqNo), cluster.report()).toBe(true);
}

// Found by simulation. Each side has a ledger that enough nodes signed, in two rounds; neither has enough nodes to go on.
it('five nodes, two on one ledger and three on another, meet on that of the three', () => {
  const cluster = new SimCluster({ size: 5, seed: 1 });
  const { network, members } = cluster;
  const [first, second, ...others] = members as [SimNode, SimNode, ...SimNode[]];
  cluster.start();
  cluster.runRounds(6);
  const { seqNo } = first.last;
  cluster.submit(second);
  cluster.runRounds(2);

  // Only the first node gets what closes the next ledger, and is cut off with it.
  const withheld: Loss = (_, to, message) => isFinal(message) && to !== first;
  network.losses.add(withheld);
  const before = Math.max(...members.map((n) => n.last.seqNo));
  expect(before).toBeGreaterThan(seqNo);
  runUntilClosed(cluster, [first], before);
  network.losses.clear();
  network.losses.add((a, b) => a === first || b === first);
  // The others go on with another ledger of that number, and the second node does not get to know of it.
  const isNews: Loss = (from, to, message) => to === second && from.last.seqNo > before && ['proposal', 'closing', 'ledgerResponse'].includes(message.type);
  network.losses.add((from, to, message) => (to === second && isFinal(message)) || isNews(from, to, message));
  runUntilClosed(cluster, others, before);
  cluster.world.runUntil(cluster.world.now + 300);
  expect(others.map((n) => n.last.seqNo), cluster.report()).toEqual([before + 1, before + 1, before + 1]);
  expect(second.last.seqNo).toBe(before);
  // The second meets the first, and takes over its ledger by its proof.
  network.losses.clear();
  network.losses.add((a, b) => others.includes(a) !== others.includes(b));
  cluster.runRounds(3);
  expect(second.last.hash, cluster.report()).toBe(first.last.hash);
  expect(cluster.forks()).toEqual([before + 1]);
  const [mine, theirs] = [first.last.hash, others[0]!.last.hash];

  network.losses.clear();
  cluster.runRounds(5);
  const say = cluster.report();
  const { last, states } = cluster.agreement();
  expect(last.size, say).toBe(1);
  expect(states.size, say).toBe(1);
  expect(cluster.violations, say).toEqual([]);
  expect(first.last.seqNo, say).toBeGreaterThan(before + 1);
  for (const node of [first, second]) {
    const notice = `Fork: ledger ${before + 1} was ${mine.slice(0, 8)} here and is ${theirs.slice(0, 8)} in consensus. Taking back 1 of our ledgers.`;
    expect(node.lines.filter((line) => line.startsWith('Fork')), say).toEqual([notice]);
  }
  for (const node of others) expect(node.lines.filter((line) => line.startsWith('Fork'))).toEqual([]);
  expect(first.disk.log).toEqual(['input 0']);
});
