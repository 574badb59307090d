import { describe, expect, it } from 'vitest';
import { SimCluster } from './support/simCluster';
import { userKeyOf } from './support/simNode';

// Messages arrive within their stage (500 ms at a round time of 2 s), run times differ, inputs come at any moment.
function schedule(size: number, seed: number): SimCluster {
  const cluster = new SimCluster({ size, seed, runTime: (random) => random.between(5, 200), clockShift: (_, random) => random.between(-40, 40) });
  cluster.network.rules = { delay: [1, cluster.random.pick([5, 50, 200])], drop: 0, duplicate: cluster.random.pick([0, 0.1]), cut: () => false };
  cluster.start();
  const inputs = cluster.random.int(5, 25);
  for (let i = 0; i < inputs; i++) {
    const user = cluster.random.int(0, 3);
    // A user talks to one node, as a client does.
    cluster.world.after(cluster.random.between(2_000, 40_000), () => cluster.submit(cluster.nodes[user % size]!, user));
  }
  for (let user = 0; user < 4; user++) cluster.world.after(1_000, () => cluster.nodes[user % size]!.connectUsers([userKeyOf(user)]));
  cluster.runRounds(30);
  return cluster;
}

describe.each([3, 4, 5, 7])('a cluster of %i whose messages arrive within their stage', (size) => {
  const seeds = Array.from({ length: 50 }, (_, i) => size * 1_000 + i);

  it.each(seeds)('agrees, executes all inputs once and moves on (seed %i)', (seed) => {
    const cluster = schedule(size, seed);
    const say = cluster.report();
    expect(cluster.forks(), say).toEqual([]);
    // Alignment and the first vote take up to three rounds; then a ledger closes every round.
    for (const node of cluster.nodes) expect(node.disk.last.seqNo, say).toBeGreaterThanOrEqual(26);
    const { last, states } = cluster.agreement();
    expect(last.size, say).toBe(1);
    expect(states.size, say).toBe(1);
    const executed = cluster.nodes[0]!.disk.log;
    expect([...executed].sort(), say).toEqual(cluster.submitted.map((i) => i.text).sort());
    for (const input of cluster.submitted) {
      const acceptors = cluster.nodes.filter((n) => n.accepted.has(input.hash));
      expect(acceptors.length, `${input.text}\n${say}`).toBe(size);
    }
    // Each node ran each ledger once, on the same inputs.
    for (const node of cluster.nodes) {
      const numbers = node.runs.map((r) => r.seqNo);
      expect(new Set(numbers).size, say).toBe(numbers.length);
    }
    // What the contract said about every input went out on every node.
    for (const node of cluster.nodes) expect(node.delivered.length, say).toBe(cluster.submitted.length);
    // Clients want the signatures of 80 % of the nodes.
    for (const node of cluster.nodes) expect(Math.min(...node.vouchers), say).toBeGreaterThanOrEqual(0.8 * size);
  });
});
