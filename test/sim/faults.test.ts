import { afterAll, describe, expect, it } from 'vitest';
import { SimCluster } from './support/simCluster';
import { userKeyOf, type SimNode } from './support/simNode';

const ROUNDS = 30;
const SCHEDULES = process.env.HOTPOCKET_TEST_LONG ? 1_000 : 50;
const SIZES = [3, 4, 5, 7, 16];

/** How often each kind of fault struck, over all schedules: a kind that never does proves nothing. */
const struck = new Map<string, number>();
const strike = (kind: string): void => void struck.set(kind, (struck.get(kind) ?? 0) + 1);

/** Every kind of fault at random for a while, then calm. */
function storm(size: number, seed: number): SimCluster {
  // A tenth of a round is how far clocks may be apart; more is a faulty node.
  const cluster = new SimCluster({ size, seed, runTime: (random) => random.between(5, 150), clockShift: (_, random) => random.between(-100, 100) });
  const { random, world, network, nodes } = cluster;
  const rules = { delay: [1, random.pick([20, 200, 700])] as [number, number], drop: random.pick([0, 0.02, 0.1]), duplicate: random.pick([0, 0.05]) };
  network.rules = { ...rules, cut: () => false };
  if (rules.drop > 0) strike('drop');
  if (rules.delay[1] > 500) strike('delay beyond a stage');
  if (rules.duplicate > 0) strike('duplicate');
  cluster.crashRate = random.pick([0, 0, 0.0005]);
  cluster.start();
  for (let user = 0; user < 4; user++) world.after(1_500, () => nodes[user % size]?.connectUsers([userKeyOf(user)]));
  const end = world.now + ROUNDS * cluster.roundTime;
  const startAgain = (node: SimNode, within: number): void => world.after(random.between(100, within), () => { if (!node.up) node.start(); });
  const faults: Record<string, () => void> = {
    crash: () => { const node = random.pick(nodes); node.crash(); startAgain(node, 8_000); },
    stop: () => { const node = random.pick(nodes); node.stop(); startAgain(node, 8_000); },
    'stop all': () => { for (const node of nodes) { node.stop(); startAgain(node, 5_000); } },
    'crash all': () => { for (const node of nodes) { node.crash(); startAgain(node, 5_000); } },
    freeze: () => random.pick(nodes).freeze(world.now + random.between(500, 9_000)),
    partition: () => {
      const island = new Set(nodes.filter(() => random.chance(0.4)));
      network.rules.cut = (a, b) => island.has(a) !== island.has(b);
      world.after(random.between(500, 9_000), () => { network.rules.cut = () => false; });
    },
  };
  const tick = (): void => {
    if (world.now >= end) return;
    if (random.chance(0.25)) {
      const [kind, act] = random.pick(Object.entries(faults).slice(0, random.chance(0.1) ? undefined : 2).concat(Object.entries(faults).slice(4)));
      strike(kind);
      act();
    }
    if (random.chance(0.5)) {
      const user = random.int(0, 3);
      const home = nodes[user % size];
      if (home?.up) cluster.submit(home, user);
    }
    for (const node of nodes) if (!node.up && random.chance(0.2)) node.start(); // those that died in the middle of something
    world.after(random.between(100, 1_500), tick);
  };
  world.after(3_000, tick);
  world.runUntil(end);
  cluster.crashRate = 0;
  network.rules = { delay: [1, 20], drop: 0, duplicate: 0, cut: () => false };
  for (const node of nodes) if (!node.up) node.start();
  world.runUntil(end + 9_000); // restarts and thaws that the storm had arranged
  for (const node of nodes) if (!node.up) node.start(); // those that were still stopping
  return cluster;
}

let forked = 0;
let schedules = 0;

describe.each(SIZES)('a cluster of %i after a storm of faults', (size) => {
  const seeds = Array.from({ length: SCHEDULES }, (_, i) => size * 10_000 + i);

  it.each(seeds)('agrees again within five rounds and moves on, each input done once at most (seed %i)', (seed) => {
    const cluster = storm(size, seed);
    schedules++;
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
    // A node that dies before its run is recorded does it again, on the state before it: in the state it counts once.
    for (const node of cluster.nodes) {
      const hashes = node.runs.map((r) => r.hash);
      expect(new Set(hashes).size, say).toBe(hashes.length);
    }
    const fork = cluster.forks().length > 0;
    if (fork) forked++;
    // What was accepted is in the agreed state; only a ledger that was taken back can cost an input its time.
    const missing = cluster.submitted.filter((i) => cluster.nodes.some((n) => n.accepted.has(i.hash)) && !executed.includes(i.text));
    if (!fork) expect(missing, say).toEqual([]);
  });
});

afterAll(() => {
  console.log(`${schedules} schedules, ${forked} with a fork that healed; faults: ${[...struck].map(([kind, n]) => `${kind} ${n}`).join(', ')}`);
  if (schedules === SIZES.length * SCHEDULES) expect([...struck.keys()].sort()).toEqual(['crash', 'crash all', 'delay beyond a stage', 'drop', 'duplicate', 'freeze', 'partition', 'stop', 'stop all']);
});
