import type { RoundsMode } from '../../../src/base/rounds';
import type { Loss } from './network';
import { SimCluster } from './simCluster';
import { userKeyOf, type SimNode } from './simNode';

const ROUNDS = 30;

/** Kinds of fault. Each must strike in some schedules. */
export const FAULTS = [
  'drop', 'delay beyond a stage', 'reorder', 'duplicate', 'clock apart', 'clock jump', 'partition', 'lone closer', 'freeze',
  'stop', 'stop all', 'crash', 'crash all', 'crash in a step', 'torn write', 'followers', 'silent member',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface Storm {
  readonly cluster: SimCluster;
  readonly struck: ReadonlySet<Fault>;
}

/** Every kind of fault at random for 30 rounds, then calm. */
export function storm(size: number, seed: number, rounds: RoundsMode | 'switched' = 'grid'): Storm {
  const struck = new Set<Fault>();
  const dice = new SimCluster({ size: 1, seed }).random; // Decides on the cluster, which has its own.
  const followers = dice.pick([0, 0, 1, 2]);
  // Only where the other members are enough.
  const silentMember = size >= 5 && dice.chance(0.1);
  const apart = dice.pick([0, 0.05, 0.1]);
  const cluster = new SimCluster({
    size, seed, followers, silentMember, rounds: rounds === 'switched' ? 'grid' : rounds, runTime: 150, clockShift: (random) => apart * 2000 * random.between(-1, 1),
  });
  const { random, world, network, nodes } = cluster;
  network.rules = {
    delay: [1, random.pick([20, 200, 700])], drop: random.pick([0, 0.02, 0.1]), duplicate: random.pick([0, 0.05]), reorder: random.pick([0, 0.2]),
  };
  cluster.crashRate = random.pick([0, 0, 0.0005]);
  cluster.tornRate = random.pick([0, 0, 0.02]);
  const note = (fault: Fault, is: boolean): void => void (is && struck.add(fault));
  note('followers', followers > 0);
  note('silent member', silentMember);
  note('clock apart', apart > 0);
  note('drop', network.rules.drop > 0);
  note('delay beyond a stage', network.rules.delay[1] > 500);
  note('duplicate', network.rules.duplicate > 0);
  note('reorder', network.rules.reorder > 0);
  cluster.fault(`network ${JSON.stringify(network.rules)}, clocks ${nodes.map((n) => Math.round(n.clockShift)).join(' ')}`);

  cluster.start();
  for (let user = 0; user < 4; user++) world.after(1_500, () => homeOf(cluster, user).connectUsers([userKeyOf(user)]));
  const end = world.now + ROUNDS * cluster.roundTime;
  // Some kinds in each schedule, so that it shows which of them lead to forks.
  const faults = new Map([...faultsOf(cluster, apart)].filter(() => random.chance(0.4)));
  const rare: readonly Fault[] = ['stop all', 'crash all'];
  if (rounds === 'switched') switchNowAndThen(cluster, end);
  const tick = (): void => {
    if (world.now >= end) return;
    if (random.chance(0.25)) {
      const kinds = [...faults.keys()].filter((kind) => !rare.includes(kind) || random.chance(0.1));
      const kind = kinds.length > 0 ? random.pick(kinds) : undefined;
      if (kind) {
        struck.add(kind);
        cluster.fault(`${kind}: ${faults.get(kind)!()}`);
      }
    }
    if (random.chance(0.5)) {
      const user = random.int(0, 3);
      const home = homeOf(cluster, user);
      if (home.up) cluster.submit(home, user);
    }
    for (const node of nodes) if (!node.up && random.chance(0.2)) node.start(); // those that died in the middle of something
    world.after(random.between(100, 1_500), tick);
  };
  world.after(3_000, tick);
  world.runUntil(end);
  note('crash in a step', cluster.faults.some((fault) => fault.includes('dies before')));
  note('torn write', cluster.faults.some((fault) => fault.includes('dies while it writes')));
  calm(cluster, end);
  return { cluster, struck };
}

/** A user talks to one node, as a client does. */
const homeOf = (cluster: SimCluster, user: number): SimNode => cluster.nodes[(user * 3) % cluster.nodes.length]!;

/** The faults that happen at a moment. Each says what it did. */
function faultsOf(cluster: SimCluster, apart: number): Map<Fault, () => string> {
  const { random, world, network, nodes, members } = cluster;
  const startAgain = (node: SimNode, within: number): void => world.after(random.between(100, within), () => { if (!node.up) node.start(); });
  const lose = (loss: Loss, ms: number): void => {
    network.losses.add(loss);
    world.after(ms, () => network.losses.delete(loss));
  };
  const down = (node: SimNode, how: 'stop' | 'crash', within: number): string => {
    node[how]();
    startAgain(node, within);
    return `node ${node.number}`;
  };
  return new Map<Fault, () => string>([
    ['freeze', () => {
      const [node, ms] = [random.pick(nodes), random.between(500, 9_000)];
      node.freeze(world.now + ms);
      return `node ${node.number}, ${Math.round(ms)} ms`;
    }],
    ['partition', () => {
      const island = new Set(nodes.filter(() => random.chance(0.4)));
      const ms = random.between(500, 9_000);
      lose((a, b) => island.has(a) !== island.has(b), ms);
      return `nodes ${[...island].map((n) => n.number).join(', ')}, ${Math.round(ms)} ms`;
    }],
    ['stop', () => down(random.pick(nodes), 'stop', 8_000)],
    ['crash', () => down(random.pick(nodes), 'crash', 8_000)],
    ['stop all', () => nodes.map((node) => down(node, 'stop', 5_000)).join(', ')],
    ['crash all', () => nodes.map((node) => down(node, 'crash', 5_000)).join(', ')],
    ['clock jump', () => {
      const node = random.pick(nodes);
      node.clockShift = apart * 2000 * random.between(-1, 1);
      return `node ${node.number} to ${Math.round(node.clockShift)} ms`;
    }],
    // The one that closes a ledger with what the others did not get, and then is cut off with it: how forks come about.
    ['lone closer', () => {
      const lone = random.pick(members);
      const ms = random.between(500, 9_000);
      const withheld: Loss = (_, to, message) => message.type === 'proposal' && message.proposal.stage === 3 && to !== lone;
      lose(withheld, 2.2 * cluster.roundTime);
      const onClose = (node: SimNode): void => {
        if (node !== lone || !network.losses.delete(withheld)) return;
        cluster.onClose.delete(onClose);
        lose((a, b) => a === lone || b === lone, ms);
      };
      cluster.onClose.add(onClose);
      return `node ${lone.number}, ${Math.round(ms)} ms`;
    }],
  ]);
}

/** From the grid to eager rounds and back; no two nodes hear of it at the same moment. */
function switchNowAndThen(cluster: SimCluster, end: number): void {
  const { random, world, nodes } = cluster;
  let last: RoundsMode = 'grid';
  const change = (): void => {
    last = last === 'grid' ? 'eager' : 'grid';
    const mode = last;
    cluster.fault(`rounds ${mode}`);
    for (const node of nodes) world.after(random.between(0, 1_000), () => node.setRounds(mode));
    const again = random.between(1_001, 12_000);
    if (world.now + again < end) world.after(again, change);
  };
  world.after(random.between(0, 6_000), change);
}

/** The network is good again, and all nodes run. */
function calm(cluster: SimCluster, end: number): void {
  const { world, network, nodes } = cluster;
  cluster.crashRate = 0;
  cluster.tornRate = 0;
  cluster.runTime = 50; // Clocks 400 ms apart and a longer run are more than the 500 ms of a stage.
  network.rules = { delay: [1, 20], drop: 0, duplicate: 0, reorder: 0 };
  network.losses.clear();
  cluster.onClose.clear();
  for (const node of nodes) if (!node.up) node.start();
  world.runUntil(end + 9_000); // restarts and thaws that the storm had arranged
  network.losses.clear();
  for (const node of nodes) if (!node.up) node.start(); // those that were still stopping
}
