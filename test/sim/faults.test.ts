import { describe, expect, it } from 'vitest';
import { SimCluster } from './support/simCluster';

/** Every kind of fault at random for 40 rounds, then calm; what must hold then (see ARCHITECTURE.md, "Proof"). */
function storm(size: number, seed: number): SimCluster {
  const cluster = new SimCluster({ size, seed, runTime: (random) => random.between(5, 150), clockShift: (_, random) => random.between(-100, 100) });
  const { random, world, network, nodes } = cluster;
  network.rules.drop = random.pick([0, 0.02, 0.1]);
  network.rules.delay = [1, random.pick([20, 200, 600])];
  cluster.start();
  const end = world.now + 40 * cluster.roundTime;
  const tick = (): void => {
    if (world.now >= end) return;
    const node = random.pick(nodes);
    if (random.chance(0.15)) {
      if (node.up) {
        if (random.chance(0.5)) node.crash();
        else node.stop();
        world.after(random.between(100, 8_000), () => { if (!node.up) node.start(); });
      }
    } else if (random.chance(0.1)) {
      const island = new Set(nodes.filter(() => random.chance(0.4)));
      network.rules.cut = (a, b) => island.has(a) !== island.has(b);
      world.after(random.between(500, 9_000), () => { network.rules.cut = () => false; });
    } else if (random.chance(0.5)) {
      const user = random.int(0, 3);
      const home = nodes[user % size]!;
      if (home.up) cluster.submit(home, user);
    }
    world.after(random.between(100, 1_500), tick);
  };
  world.after(3_000, tick);
  world.runUntil(end);
  network.rules = { delay: [1, 20], drop: 0, duplicate: 0, cut: () => false };
  world.after(1, () => { for (const node of nodes) if (!node.up) node.start(); });
  world.runUntil(end + 9_000); // restarts that the storm had arranged
  return cluster;
}

describe.each([3, 4, 5, 7])('a cluster of %i after a storm of faults', (size) => {
  const seeds = Array.from({ length: 25 }, (_, i) => size * 10_000 + i);

  it.each(seeds)('agrees again within five rounds and moves on, no input done twice (seed %i)', (seed) => {
    const cluster = storm(size, seed);
    cluster.runRounds(5);
    const before = cluster.nodes[0]!.disk.last.seqNo;
    cluster.runRounds(3);
    const say = cluster.report(80);
    const { last, states } = cluster.agreement();
    expect(last.size, say).toBe(1);
    expect(states.size, say).toBe(1);
    expect(cluster.nodes[0]!.disk.last.seqNo - before, say).toBeGreaterThanOrEqual(3);
    const executed = cluster.nodes[0]!.disk.log;
    expect(new Set(executed).size, say).toBe(executed.length);
    for (const node of cluster.nodes) {
      const hashes = node.runs.map((r) => r.hash);
      expect(new Set(hashes).size, say).toBe(hashes.length);
    }
  });
});
