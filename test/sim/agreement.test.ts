import { describe, expect, it } from 'vitest';
import { SimCluster } from './support/simCluster';
import { userKeyOf } from './support/simNode';

const SCHEDULES = process.env.HOTPOCKET_TEST_LONG ? 500 : 50;

// Messages arrive within their stage (500 ms at a round time of 2 s), run times differ, inputs come at any moment.
function schedule(size: number, seed: number): SimCluster {
  // How far clocks are off, how long messages and runs take: together less than a stage.
  const [shift, delay, runTime] = [[40, 5, 200], [40, 50, 200], [40, 200, 200], [200, 20, 60]][seed % 4] as [number, number, number];
  const cluster = new SimCluster({ size, seed, followers: seed % 3, runTime, clockShift: (random) => random.between(-shift, shift) });
  cluster.network.rules = { delay: [1, delay], drop: 0, duplicate: cluster.random.pick([0, 0.1]), reorder: cluster.random.pick([0, 0.2]) };
  cluster.start();
  const inputs = cluster.random.int(5, 25);
  for (let i = 0; i < inputs; i++) {
    const user = cluster.random.int(0, 3);
    // A user talks to one node, as a client does.
    cluster.world.after(cluster.random.between(2_000, 40_000), () => cluster.submit(cluster.nodes[user % cluster.nodes.length]!, user));
  }
  for (let user = 0; user < 4; user++) cluster.world.after(1_000, () => cluster.nodes[user % cluster.nodes.length]!.connectUsers([userKeyOf(user)]));
  cluster.runRounds(30);
  return cluster;
}

describe.each([3, 4, 5, 7, 16])('a cluster of %i whose messages arrive within their stage', (size) => {
  const seeds = Array.from({ length: SCHEDULES }, (_, i) => size * 1_000 + i);

  it.each(seeds)('agrees, executes all inputs once and moves on (seed %i)', (seed) => {
    const cluster = schedule(size, seed);
    const say = cluster.report();
    expect(cluster.forks(), say).toEqual([]);
    // Alignment and the first vote take up to three rounds; then a ledger closes every round.
    for (const node of cluster.nodes) expect(node.last.seqNo, say).toBeGreaterThanOrEqual(26);
    const { last, states } = cluster.agreement();
    expect(last.size, say).toBe(1);
    expect(states.size, say).toBe(1);
    const executed = cluster.nodes[0]!.disk.log;
    expect([...executed].sort(), say).toEqual(cluster.submitted.map((i) => i.text).sort());
    for (const input of cluster.submitted) {
      const acceptors = cluster.nodes.filter((n) => n.accepted.has(input.hash));
      expect(acceptors.length, `${input.text}\n${say}`).toBe(cluster.nodes.length);
    }
    expect(cluster.violations, say).toEqual([]);
    // Each node ran each ledger once.
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
