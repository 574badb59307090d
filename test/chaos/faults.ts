import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterFaults } from '../../src/base/faults';
import { sendSignal } from '../support/processes';
import { HAS_DISKS, type ChaosCluster } from './chaosCluster';
import type { History } from './history';
import type { Fault } from './schedule';
import type { ChaosUser } from './users';
import type { Watcher } from './watcher';

export const FAULT_KINDS = [
  'kill node', 'stop node', 'slow node', 'kill all nodes', 'kill contract', 'stop contract', 'kill node in a run', 'restart node', 'kill supervisor', 'stop supervisor',
  'kill node and supervisor', 'cut off', 'cut one way', 'delay', 'drop', 'clock off', 'clock far off', 'full disk', 'kill user', 'stop user', 'kill watcher', 'stop watcher',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Those that can be done here. */
export const possibleFaults = (): readonly FaultKind[] => FAULT_KINDS.filter((kind) => kind !== 'full disk' || HAS_DISKS);

/** What faults are done to. */
export interface Field {
  readonly cluster: ChaosCluster;
  readonly users: readonly ChaosUser[];
  readonly watcher: Watcher;
  readonly history: History;
}

type Resource = `node ${number}` | `user ${number}` | 'supervisor' | 'watcher' | 'links' | 'clocks';

export interface FaultTypes {
  /** What no other fault may be done to at the same time. */
  readonly uses: (fault: Fault, field: Field) => readonly Resource[];
  /** What it wants to be as it should, which others may want as well. */
  readonly needs?: readonly Resource[];
  /** Resolves when all is as it was. Returns what it did as soon as it has; undefined if there was nothing to do it to. */
  readonly strike: (fault: Fault, field: Field, say: (what: string) => void) => Promise<void>;
}

const oneNode = ({ node }: Fault): Resource[] => [`node ${node}`];
const allNodes = (_: Fault, { cluster }: Field): Resource[] => cluster.nodes.map((node): Resource => `node ${node}`);
const everything = (fault: Fault, field: Field): Resource[] => [...allNodes(fault, field), 'supervisor'];

const links: Pick<FaultTypes, 'uses' | 'needs'> = { uses: () => ['links'], needs: ['supervisor'] };
const clocks: Pick<FaultTypes, 'uses' | 'needs'> = { uses: () => ['clocks'], needs: ['supervisor'] };

export const faults: Readonly<Record<FaultKind, FaultTypes>> = {
  'kill node': {
    uses: oneNode,
    strike: async ({ node }, field, say) => {
      say(`node ${node}`);
      await killNodes(field, [node]);
    },
  },
  'kill all nodes': {
    uses: allNodes,
    strike: async (_, field, say) => {
      say('');
      await killNodes(field, field.cluster.nodes);
    },
  },
  'kill node in a run': {
    uses: oneNode,
    strike: async ({ node, ms }, field, say) => {
      const contract = await nextRun(field, node);
      if (contract === undefined) return;
      await sleep(ms % 80);
      say(`node ${node}, its contract is process ${contract}`);
      await killNodes(field, [node]);
    },
  },
  'stop node': {
    uses: oneNode,
    strike: async ({ node, ms }, { cluster, history }, say) => {
      const pid = cluster.pid(node);
      if (pid === undefined) return;
      const healed = history.trouble([node]);
      sendSignal(pid, 'SIGSTOP');
      say(`node ${node}, ${ms} ms`);
      await sleep(ms);
      sendSignal(pid, 'SIGCONT');
      healed();
    },
  },
  'slow node': {
    uses: oneNode,
    strike: async ({ node, ms }, { cluster, history }, say) => {
      const pid = cluster.pid(node);
      if (pid === undefined) return;
      const healed = history.trouble([node]);
      say(`node ${node}, ${ms} ms`);
      for (const end = Date.now() + ms; Date.now() < end; ) {
        sendSignal(pid, 'SIGSTOP');
        await sleep(80);
        sendSignal(pid, 'SIGCONT');
        await sleep(20);
      }
      healed();
    },
  },
  'restart node': {
    uses: oneNode,
    needs: ['supervisor'],
    strike: async ({ node, ms }, { cluster, history }, say) => {
      const [healed, before] = [history.trouble([node]), cluster.pid(node)];
      say(`node ${node}, ${ms} ms in between`);
      await cluster.engine.stop(node);
      await sleep(ms);
      await cluster.engine.start(node);
      await cluster.runsAgain(node, before);
      healed();
    },
  },
  // What it leaves half done is that node's alone, as long as nobody else is out of step.
  'kill contract': {
    uses: allNodes,
    strike: async ({ node, ms }, field, say) => {
      const { roundTime } = field.cluster.options;
      if ((await signalInRun(field, node, ms % 60, 'SIGKILL')) === undefined) return;
      field.history.trouble([node])();
      say(`node ${node}`);
      await sleep(4 * roundTime);
    },
  },
  'stop contract': {
    uses: oneNode,
    strike: async ({ node, ms }, field, say) => {
      const pid = await signalInRun(field, node, ms % 60, 'SIGSTOP');
      if (pid === undefined) return;
      const healed = field.history.trouble([node]);
      say(`node ${node}, ${ms} ms`);
      await sleep(ms);
      sendSignal(pid, 'SIGCONT');
      healed();
    },
  },
  'kill supervisor': { uses: everything, strike: (fault, field, say) => killSupervisor(fault, field, say, []) },
  'kill node and supervisor': {
    uses: everything,
    strike: (fault, field, say) => killSupervisor(fault, field, say, [fault.node]),
  },
  'stop supervisor': {
    uses: () => ['supervisor'],
    strike: async ({ ms }, { cluster }, say) => {
      const pid = await cluster.supervisorPid();
      if (pid === undefined) return;
      sendSignal(pid, 'SIGSTOP');
      say(`${ms} ms`);
      await sleep(ms);
      sendSignal(pid, 'SIGCONT');
    },
  },
  'cut off': {
    ...links,
    strike: async (fault, field, say) => {
      const { nodes, needed } = field.cluster;
      const island = nodes.filter((node) => (fault.chance * 2 ** nodes.length >> (node - 1)) % 2 === 1);
      const mainland = nodes.filter((node) => !island.includes(node));
      say(`nodes ${island.join(', ')}, ${fault.ms} ms`);
      const stuck = [island, mainland].filter(({ length }) => length < needed).flat();
      await badLinks(fault, field, stuck, [{ from: island, to: mainland, drop: 1 }, { from: mainland, to: island, drop: 1 }]);
    },
  },
  'cut one way': {
    ...links,
    strike: async (fault, field, say) => {
      say(`from node ${fault.node}, ${fault.ms} ms`);
      await badLinks(fault, field, [fault.node], [{ from: [fault.node], drop: 1 }]);
    },
  },
  delay: {
    ...links,
    strike: async (fault, field, say) => {
      const most = Math.round(fault.chance * 0.5 * field.cluster.options.roundTime);
      say(`up to ${most} ms, ${fault.ms} ms`);
      await badLinks(fault, field, field.cluster.nodes, [{ delay: [0, most] }]);
    },
  },
  drop: {
    ...links,
    strike: async (fault, field, say) => {
      const drop = 0.3 * fault.chance;
      say(`${Math.round(100 * drop)} %, ${fault.ms} ms`);
      await badLinks(fault, field, field.cluster.nodes, [{ drop }]);
    },
  },
  // A tenth of the round is no trouble.
  'clock off': {
    ...clocks,
    strike: (fault, field, say) => badClock(fault, field, say, (fault.chance - 0.5) * 0.2),
  },
  'clock far off': {
    ...clocks,
    strike: async (fault, field, say) => {
      const healed = field.history.trouble([fault.node]);
      await badClock(fault, field, say, (fault.chance - 0.5) * 4);
      // It stands still rather than going back.
      await sleep(2 * field.cluster.options.roundTime);
      healed();
    },
  },
  'full disk': {
    uses: everything,
    strike: async ({ ms }, { cluster, history }, say) => {
      const healed = history.trouble(cluster.nodes);
      const free = cluster.fillDisk();
      say(`${2 * ms} ms`);
      await sleep(2 * ms);
      free();
      await cluster.startAll();
      healed();
    },
  },
  'kill user': {
    uses: ({ user }) => [`user ${user}`],
    strike: async ({ user, ms }, { users }, say) => {
      users[user]?.signal('SIGKILL');
      say(`user ${user}, ${ms} ms in between`);
      await sleep(ms);
      users[user]?.start();
    },
  },
  'stop user': {
    uses: ({ user }) => [`user ${user}`],
    strike: async ({ user, ms }, { users }, say) => {
      users[user]?.signal('SIGSTOP');
      say(`user ${user}, ${ms} ms`);
      await sleep(ms);
      users[user]?.signal('SIGCONT');
    },
  },
  'kill watcher': {
    uses: () => ['watcher'],
    strike: async (_, { watcher }, say) => {
      await watcher.end();
      say('');
      watcher.start();
    },
  },
  'stop watcher': {
    uses: () => ['watcher'],
    strike: async ({ ms }, { watcher }, say) => {
      watcher.signal('SIGSTOP');
      say(`${ms} ms`);
      await sleep(ms);
      watcher.signal('SIGCONT');
    },
  },
};

const nextRun = ({ cluster }: Field, node: number): Promise<number | undefined> => cluster.nextRun(node, 10 * cluster.options.roundTime);

/** Sends it to the contract's process that long after its start, in the next run that lasts so long. Returns the process. */
async function signalInRun(field: Field, node: number, afterMs: number, signal: NodeJS.Signals): Promise<number | undefined> {
  for (;;) {
    const pid = await nextRun(field, node);
    if (pid === undefined) return undefined;
    await sleep(afterMs);
    if (sendSignal(pid, signal)) return pid;
  }
}

/** Kills them at once and resolves when the supervisor has brought all of them back. */
async function killNodes({ cluster, history }: Field, nodes: readonly number[]): Promise<void> {
  const healed = nodes.map((node) => history.trouble([node]));
  const before = nodes.map((node) => cluster.pid(node));
  for (const pid of before) if (pid !== undefined) sendSignal(pid, 'SIGKILL');
  await Promise.all(nodes.map((node, i) => cluster.runsAgain(node, before[i]).then(healed[i])));
}

/** These nodes are in trouble as long as it lasts. */
async function badLinks({ ms }: Fault, { cluster, history }: Field, stuck: readonly number[], bad: NonNullable<ClusterFaults['links']>): Promise<void> {
  const healed = history.trouble(stuck);
  await cluster.setFaults({ links: bad });
  await sleep(ms);
  await cluster.setFaults({ links: [] });
  healed();
}

/** `share`: of the round. */
async function badClock({ node, ms }: Fault, { cluster }: Field, say: (what: string) => void, share: number): Promise<void> {
  const ahead = Math.round(share * cluster.options.roundTime);
  await cluster.setFaults({ clocks: [{ node, ahead }] });
  say(`node ${node}, ${ahead} ms, for ${2 * ms} ms`);
  await sleep(2 * ms);
  await cluster.setFaults({ clocks: [] });
}

/** With these nodes at the same moment. The next command, as somebody gives it after a while, brings all back. */
async function killSupervisor({ ms }: Fault, { cluster, history }: Field, say: (what: string) => void, nodes: readonly number[]): Promise<void> {
  const pid = await cluster.supervisorPid();
  if (pid === undefined) return;
  const healed = history.trouble(cluster.nodes);
  const pids = [pid, ...nodes.flatMap((node) => cluster.pid(node) ?? [])];
  for (const one of pids) sendSignal(one, 'SIGKILL');
  cluster.forget();
  say(`${nodes.map((node) => `node ${node}, `).join('')}${ms} ms until the next command`);
  await sleep(ms);
  await cluster.startAll();
  healed();
}
