import { describe, expect, it } from 'vitest';
import { SimCluster, type SimOptions } from './support/simCluster';
import { userKeyOf, type SimNode } from './support/simNode';

// Eager rounds (ARCHITECTURE.md, difference x): when rounds start, and that nothing else is different.

const SCHEDULES = process.env.HOTPOCKET_TEST_LONG ? 300 : 3;

function eagerCluster(options: Omit<SimOptions, 'rounds'>, delay: readonly [number, number] = [1, 5]): SimCluster {
  const cluster = new SimCluster({ ...options, rounds: 'eager' });
  cluster.network.rules = { delay, drop: 0, duplicate: 0, reorder: 0 };
  cluster.start();
  return cluster;
}

/** Runs until it is so; fails after `ms`. Returns how long it took. */
function runUntil(cluster: SimCluster, is: () => boolean, ms: number): number {
  const begin = cluster.world.now;
  while (!is() && cluster.world.now < begin + ms) cluster.world.runUntil(cluster.world.now + 1);
  expect(is(), cluster.report()).toBe(true);
  return cluster.world.now - begin;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** All on one ledger and one state, nobody ever on another, each input done once. */
function expectOneHistory(cluster: SimCluster): void {
  const say = cluster.report();
  const { last, states } = cluster.agreement();
  expect([last.size, states.size, cluster.forks(), cluster.violations], say).toEqual([1, 1, [], []]);
  const executed = [...cluster.nodes[0]!.disk.log].sort();
  expect(executed, say).toEqual(cluster.submitted.map(({ text }) => text).sort());
  for (const { hash } of cluster.submitted) expect(cluster.nodes.filter((node) => node.accepted.has(hash)).length, say).toBe(cluster.nodes.length);
}

function expectApart({ ledgerTimes: times }: SimNode, say: string): void {
  for (const [i, time] of times.entries()) expect(time - (times[i - 1] ?? 0), say).toBeGreaterThanOrEqual(20);
}

describe.each([3, 4, 5, 7, 16])('a cluster of %i with eager rounds', (size) => {
  const seeds = Array.from({ length: size === 16 ? Math.ceil(SCHEDULES / 4) : SCHEDULES }, (_, i) => size * 1_000 + i);

  it.each(seeds)('agrees, executes all inputs once, delivers all outputs, and keeps to the round time when nothing happens (seed %i)', (seed) => {
    // How far clocks are off, how long messages and runs take.
    const [shift, delay, runTime] = [[40, 5, 200], [40, 50, 200], [200, 20, 60]][seed % 3] as [number, number, number];
    const cluster = eagerCluster({ size, seed, followers: seed % 3, runTime, clockShift: (random) => random.between(-shift, shift) }, [1, delay]);
    const { random, world, nodes } = cluster;
    Object.assign(cluster.network.rules, { duplicate: random.pick([0, 0.1]), reorder: random.pick([0, 0.2]) });
    for (let user = 0; user < 4; user++) world.after(1_000, () => nodes[user % nodes.length]!.connectUsers([userKeyOf(user)]));
    const inputs = random.int(10, 40);
    for (let i = 0; i < inputs; i++) {
      const user = random.int(0, 3);
      world.after(random.between(4_000, 30_000), () => cluster.submit(nodes[user % nodes.length]!, user));
    }
    cluster.runRounds(30);
    const say = cluster.report();
    expectOneHistory(cluster);
    for (const node of nodes) {
      expect(node.delivered.length, say).toBe(cluster.submitted.length);
      expect(Math.min(...node.vouchers), say).toBeGreaterThanOrEqual(0.8 * size);
      // At least one a round, and far more where inputs came.
      expect(node.last.seqNo, say).toBeGreaterThanOrEqual(27);
      expectApart(node, say);
    }
  });
});

it('an input and its output do not wait for the round time', () => {
  const cluster = eagerCluster({ size: 3, seed: 7, runTime: 60 });
  const [first, , third] = cluster.nodes as [SimNode, SimNode, SimNode];
  cluster.runRounds(5);
  third.connectUsers([userKeyOf(1)]);
  const waits = Array.from({ length: 40 }, (_, i) => {
    cluster.world.runUntil(cluster.world.now + cluster.random.between(0, 2_500));
    cluster.submit(third, 1);
    return runUntil(cluster, () => third.delivered.length === i + 1, 2_000);
  });
  expect(median(waits)).toBeLessThan(200);
  cluster.runRounds(2);
  expectOneHistory(cluster);
  // Not by any node alone.
  expect(first.delivered.length).toBe(40);
});

it('an idle cluster closes a ledger each round time, and does nothing in between', () => {
  const cluster = eagerCluster({ size: 3, seed: 8 });
  cluster.runRounds(5);
  cluster.nodes[0]!.connectUsers([userKeyOf(0)]);
  const before = cluster.nodes.map(({ last, steps }) => ({ seqNo: last.seqNo, steps }));
  cluster.runRounds(20);
  for (const [i, { last, steps }] of cluster.nodes.entries()) {
    expect(last.seqNo - before[i]!.seqNo, cluster.report()).toBe(20);
    // A round takes some thirty: four proposals of each, their NUPs, the run, being woken.
    expect((steps - before[i]!.steps) / 20).toBeLessThan(40);
  }
  expectOneHistory(cluster);
});

it('a contract that talks to its users in every round makes rounds follow each other, at least 20 ms apart, only while one of them is there', () => {
  const cluster = eagerCluster({ size: 3, seed: 9, runTime: 6, talkative: true });
  const [first] = cluster.nodes as [SimNode];
  cluster.runRounds(5);
  first.connectUsers([userKeyOf(0)]);
  cluster.runRounds(2);
  const before = first.last.seqNo;
  cluster.runRounds(6);
  const ledgers = first.last.seqNo - before;
  expect(ledgers / 10, cluster.report()).toBeGreaterThan(5);
  expect(ledgers / 10).toBeLessThan(50);
  expectApart(first, cluster.report());
  first.connectUsers([]);
  cluster.runRounds(2);
  const quiet = first.last.seqNo;
  cluster.runRounds(10);
  expect(first.last.seqNo - quiet).toBe(10);
});

it('of rounds that start at the same time the smallest counts, on all nodes', () => {
  const cluster = eagerCluster({ size: 5, seed: 10, clockShift: (random) => random.int(-200, 200) }, [5, 20]);
  cluster.runRounds(5);
  for (let i = 0; i < 20; i++) {
    const { seqNo } = cluster.nodes[0]!.last;
    const now = cluster.world.now;
    // Each has an input of its own before it hears of the others'.
    for (const [user, node] of cluster.nodes.entries()) cluster.submit(node, user);
    runUntil(cluster, () => cluster.nodes.every(({ last }) => last.seqNo > seqNo), 400);
    const earliest = Math.min(...cluster.nodes.map((node) => Math.floor(now + node.clockShift)));
    const ledger = cluster.nodes[0]!.last;
    expect(ledger.time, cluster.report()).toBe(Math.max(earliest, cluster.nodes[0]!.ledgerTimes.at(-2)! + 20));
    // To a moment at which no round is due.
    cluster.runRounds(1);
  }
  expectOneHistory(cluster);
});

it('a node that starts again is back in step within three rounds, also under load', () => {
  const cluster = eagerCluster({ size: 5, seed: 11, runTime: 60 });
  const { world, nodes } = cluster;
  const [first] = nodes as [SimNode];
  const last = nodes[4]!;
  cluster.runRounds(5);
  const load = (): void => {
    cluster.submit(first);
    world.after(150, load);
  };
  load();
  last.stop();
  world.runUntil(world.now + 8_000);
  expect(last.up).toBe(false);
  last.start();
  const from = last.lines.length;
  const took = runUntil(cluster, () => last.lines.slice(from).some((line) => line.startsWith('****Ledger created****')) && last.last.seqNo >= first.last.seqNo - 1, 6_000);
  expect(took).toBeLessThanOrEqual(6_000);
  // From then on nobody waits for it any more.
  const before = first.last.seqNo;
  world.runUntil(world.now + 4_000);
  expect((first.last.seqNo - before) / 4, cluster.report()).toBeGreaterThan(4);
  expect(cluster.agreement().last.size).toBeLessThanOrEqual(2);
  expect([cluster.forks(), cluster.violations]).toEqual([[], []]);
});

it('a node that is connected and says nothing holds up the others no longer than on the grid', () => {
  const cluster = eagerCluster({ size: 5, seed: 12, silentMember: true, runTime: 60 });
  cluster.runRounds(5);
  const before = cluster.nodes[0]!.last.seqNo;
  cluster.runRounds(20);
  expect(cluster.nodes[0]!.last.seqNo - before, cluster.report()).toBeGreaterThanOrEqual(19);
  expectOneHistory(cluster);
});

it('while the clock of the cluster is held for a run, nobody goes on without that node', () => {
  const cluster = eagerCluster({ size: 5, seed: 13 });
  const [first, second] = cluster.nodes as [SimNode, SimNode];
  cluster.runRounds(5);
  first.connectUsers([userKeyOf(0)]);
  cluster.submit(first, 0);
  runUntil(cluster, () => first.accepted.size === 1 && second.accepted.size === 1, 500);
  // The run of that ledger stands at a breakpoint of its second node.
  second.nextRunTime = 30_000;
  const { seqNo } = first.last;
  cluster.submit(first, 0);
  runUntil(cluster, () => second.last.seqNo > seqNo + 1 || second.nextRunTime === undefined, 3_000);
  cluster.holdClock();
  const held = first.last.seqNo;
  cluster.world.runUntil(cluster.world.now + 5_000);
  cluster.submit(first, 0);
  cluster.world.runUntil(cluster.world.now + 15_000);
  // Those a moment behind came to the same point.
  expect(first.last.seqNo - held, cluster.report()).toBeLessThanOrEqual(1);
  expect(first.delivered.length).toBeLessThan(3);
  cluster.world.runUntil(cluster.world.now + 10_500);
  cluster.releaseClock();
  const took = runUntil(cluster, () => first.delivered.length === 3, 2_000);
  expect(took, cluster.report()).toBeLessThan(600);
  cluster.runRounds(2);
  expectOneHistory(cluster);
});

it('all nodes go over to eager rounds and back at once, without a ledger or an input lost', () => {
  for (const seed of [14, 15, 16]) {
    const cluster = new SimCluster({ size: 5, seed, followers: 1 });
    const { world, nodes, random } = cluster;
    cluster.start();
    cluster.runRounds(4);
    for (let i = 0; i < 12; i++) {
      const mode = i % 2 === 0 ? 'eager' : 'grid';
      for (const node of nodes) world.after(random.between(0, 20), () => node.setRounds(mode));
      for (let n = 0; n < 5; n++) world.after(random.between(0, 4_000), () => cluster.submit(nodes[n % 5]!, n % 5));
      const before = nodes[0]!.last.seqNo;
      cluster.runRounds(4);
      // On the grid at most one is lost where the modes meet.
      expect(nodes[0]!.last.seqNo - before, cluster.report()).toBeGreaterThanOrEqual(mode === 'grid' ? 2 : 5);
    }
    cluster.runRounds(2);
    expectOneHistory(cluster);
  }
});
