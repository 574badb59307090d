import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../sim/support/random';
import { noteLogs } from '../support/said';
import { until } from '../process/support/cliCluster';
import { ChaosCluster } from './chaosCluster';
import { checkAgreement } from './checks/agreement';
import { checkInputs } from './checks/inputs';
import { checkProgress } from './checks/progress';
import { replay } from './checks/replay';
import { readDisk } from './disks';
import { possibleFaults, type FaultKind } from './faults';
import { History } from './history';
import type { ChaosOptions } from './options';
import { makeSchedule } from './schedule';
import { storm } from './storm';
import { ChaosUser } from './users';
import { Watcher } from './watcher';

/** After the last fault. */
const ROUNDS_TO_AGREE = 5;

export interface ChaosResult {
  readonly problems: readonly string[];
  readonly struck: ReadonlyMap<FaultKind, number>;
  /** What it was: faults, inputs, ledgers. */
  readonly summary: string;
  readonly timeline: string;
}

/** A cluster under load and faults, and everything that must be true of it at the end. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const history = new History();
  const cluster = new ChaosCluster(options);
  const problems: string[] = [];
  let summary = '';
  try {
    summary = await runIn(cluster, history, problems);
  } catch (error) {
    problems.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    if (problems.length > 0) cluster.keep();
    for (const node of cluster.nodes) noteLogs(cluster.paths.node(node).log);
    const left = await cluster.dispose();
    problems.push(...left.map((what) => `left behind: ${what}`));
  }
  return { problems, struck: history.struck, summary, timeline: history.timeline() };
}

async function runIn(cluster: ChaosCluster, history: History, problems: string[]): Promise<string> {
  const { seed, size, roundTime, everyMs, userPort, kinds = possibleFaults() } = cluster.options;
  await cluster.deploy();
  const users = await Promise.all(Array.from({ length: cluster.options.users }, (_, i) => {
    const server = `wss://localhost:${userPort + ((i * 2) % size)}`;
    return ChaosUser.create(`u${i}`, [server], cluster.keys, everyMs, history);
  }));
  const watcher = new Watcher(cluster);
  try {
    for (const user of users) user.start();
    watcher.start();
    await storm(makeSchedule(cluster.options, kinds, new Random(seed)), { cluster, users, watcher, history });
    problems.push(...(await agreesAndMovesOn(cluster)));
    for (const user of users) user.stopSubmitting();
    await heardOfAll(history, roundTime);
  } finally {
    await Promise.all([...users.map((user) => user.end()), watcher.end()]);
  }
  const end = Date.now();
  await cluster.engine.stop();
  const disks = cluster.nodes.map((node) => readDisk(node, cluster.paths.node(node)));
  const { problems: disagreements, forks } = checkAgreement(disks);
  problems.push(...disagreements, ...checkProgress(disks, history, cluster.needed, roundTime, end));
  const { problems: differences, executed, runs } = await replay(disks, cluster);
  problems.push(...differences);
  if (differences.length === 0) problems.push(...checkInputs(disks, history, executed, forks.length > 0));
  for (const { node, leftovers } of disks) problems.push(...leftovers.map((path) => `left behind on node ${node}: ${path}`));
  return `${describeInputs(history)}; ${executed.length} executed, ${history.outputs.length} outputs received; ${runs} ledgers replayed, ${forks.length} forked`;
}

/** Within five rounds all nodes stand on one ledger and go on. */
async function agreesAndMovesOn(cluster: ChaosCluster): Promise<string[]> {
  const { roundTime } = cluster.options;
  const seen = new Map<number, Map<number, string>>();
  const reached = (seqNo: number): boolean => new Set(cluster.nodes.map((node) => seen.get(node)?.get(seqNo))).size === 1 && seen.get(1)?.has(seqNo) === true;
  const subscription = cluster.engine.onDidChange((change) => {
    if (change.type === 'ledger') seen.set(change.node, (seen.get(change.node) ?? new Map<number, string>()).set(change.seqNo, change.hash));
  });
  try {
    await until('all nodes to make the same ledger', ROUNDS_TO_AGREE * roundTime, () => ([...(seen.get(1)?.keys() ?? [])].some(reached) ? true : undefined),
      () => cluster.nodes.map((node) => `node ${node}\n${cluster.log(node).slice(-1_500)}`).join('\n'));
    return [];
  } catch (error) {
    return [(error as Error).message];
  } finally {
    subscription.dispose();
  }
}

/** An input is heard of within the ledgers that it may wait for, unless its user died or lost its connection. */
async function heardOfAll({ inputs }: History, roundTime: number): Promise<void> {
  for (const patience = Date.now() + 11 * roundTime; [...inputs.values()].some(({ status }) => status === undefined) && Date.now() < patience; ) await sleep(50);
}

function describeInputs({ inputs }: History): string {
  const counts = new Map<string, number>();
  for (const { status = 'unknown' } of inputs.values()) counts.set(status, (counts.get(status) ?? 0) + 1);
  return `${inputs.size} inputs (${[...counts].map(([status, n]) => `${n} ${status}`).join(', ')})`;
}
