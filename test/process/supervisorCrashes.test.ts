import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readClusterFile } from '../../src/cluster/embedded/clusterFile';
import { Cluster } from '../../src/cluster/embedded/supervisor/cluster';
import { Operations } from '../../src/cluster/embedded/supervisor/operations';
import type { Task } from '../../src/cluster/engine';
import { ClusterPaths } from '../../src/cluster/paths';
import { parseConfig } from '../../src/hotpocket/config';
import { writeBundle } from './support/cliCluster';
import { CrashingDisk, type Moment } from '../support/crashingDisk';
import { makeQuickFolder } from '../support/quickFolder';

// What the supervisor does, on the seam between its code and the disk: it dies before, in and after each thing that it does to its files, and another one takes
// over. Nodes are not started, and are copies of ones that their program made, as starting that takes longer than all the rest; each set has a contract id of its own.

const LONG = process.env.HOTPOCKET_TEST_LONG === '1';
const MOMENTS: readonly Moment[] = ['before', 'within', 'after'];
/** In `npm test` some of the crashes, others every time. */
const EVERY = LONG ? 1 : 50;
const SEED = Number(process.env.HOTPOCKET_CRASH_SEED ?? Math.floor(Math.random() * EVERY));
const DEFAULTS = { size: 2, userPortBegin: 18_991, peerPortBegin: 28_991 };
const TASK: Task = {};

let folder: string;
const bundle = (name: string, files: readonly string[]): string => {
  const dir = join(folder, name);
  mkdirSync(dir, { recursive: true });
  return writeBundle(dir, { ...Object.fromEntries(files.map((file) => [file, name])), 'hp.cfg.override': JSON.stringify({ contract: { bin_path: '/usr/bin/node', bin_args: `${name}.js` } }) });
};

async function supervisor(home: string): Promise<{ readonly cluster: Cluster; readonly operations: Operations }> {
  const program = { nodeJs: '/bin/sh', script: join(__dirname, 'support/copyNodes.sh'), env: { ...process.env, MODELS: join(folder, 'models') } };
  const cluster = new Cluster({ paths: new ClusterPaths(home), program, hosts: ['127.0.0.1'], log: () => undefined });
  cluster.startNodes = () => Promise.resolve();
  await cluster.load();
  return { cluster, operations: new Operations(cluster) };
}

interface Scenario {
  readonly what: string;
  /** From an empty home if absent. */
  readonly from?: 'a cluster';
  readonly act: (operations: Operations, cluster: Cluster) => Promise<unknown>;
}

const SCENARIOS: readonly Scenario[] = [
  { what: 'a first deployment', act: (operations) => operations.deploy({ path: bundle('first', ['a.txt', 'b.txt']), defaults: DEFAULTS }, TASK) },
  { what: 'a deployment', from: 'a cluster', act: (operations) => operations.deploy({ path: bundle('new', ['a.txt', 'c.txt']), defaults: DEFAULTS, rounds: 'eager' }, TASK) },
  { what: 'a node that is added', from: 'a cluster', act: (operations) => operations.spawn(TASK) },
  {
    what: 'nodes that are stopped and rounds that are switched', from: 'a cluster', act: async (operations) => {
      await operations.stop(1, TASK);
      await operations.setRounds('eager', TASK);
    },
  },
  {
    what: 'a clock that is held', from: 'a cluster', act: async (_operations, { clock }) => {
      await clock.hold(1, 1, 'consensus', 1);
      clock.release(1, 1);
    },
  },
];

beforeAll(async () => {
  folder = makeQuickFolder('hotpocket supervisor ');
  execFileSync(process.execPath, [resolve(__dirname, '../../dist/node.js'), 'create', ...[1, 2, 3, 4].map((node) => join(folder, `models/node${node}`))]);
  const { operations } = await supervisor(join(folder, 'a cluster'));
  await operations.deploy({ path: bundle('old', ['a.txt', 'b.txt']), defaults: DEFAULTS }, TASK);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const contractOf = (paths: ClusterPaths, node: number): string => {
  const state = join(paths.node(node).contractFs, 'seed', 'state');
  const { contract } = parseConfig(readFileSync(paths.node(node).hpCfg, 'utf8'), '');
  return [contract.bin_args, ...readdirSync(state).sort().map((name) => `${name} ${readFileSync(join(state, name), 'utf8')}`)].join(', ');
};

/** The cluster is what it was or what it was to be, on all nodes alike, and can be worked with. */
async function requireWhole(home: string): Promise<void> {
  const paths = new ClusterPaths(home);
  const { operations, cluster } = await supervisor(home);
  // The first change brings in order what is left.
  if (cluster.record) await operations.setRounds('grid', TASK);
  const record = await readClusterFile(paths.clusterFile);
  expect(record?.deploying).toBeUndefined();
  const [first, ...others] = (record?.nodes ?? []).filter(({ node }) => node <= 2).map(({ node }) => contractOf(paths, node));
  if (record) expect(['old.js, a.txt old, b.txt old', 'first.js, a.txt first, b.txt first', 'new.js, a.txt new, c.txt new']).toContain(first);
  expect(others).toEqual(record ? [first] : []);
  for (const { node } of record?.nodes ?? []) {
    expect(parseConfig(readFileSync(paths.node(node).hpCfg, 'utf8'), '').contract.id).toBe(record?.contractId);
    expect(existsSync(join(paths.node(node).dir, 'deploying'))).toBe(false);
  }
  expect(Number.isFinite(cluster.clock.setting.behind)).toBe(true);
  expect(cluster.clock.setting.heldAt).toBeUndefined();
  await operations.deploy({ path: bundle('last', ['z.txt']), defaults: DEFAULTS }, TASK);
  if (LONG) await operations.spawn(TASK);
  const nodes = (await readClusterFile(paths.clusterFile))?.nodes.map(({ node }) => node) ?? [];
  expect(nodes).toEqual(nodes.map((_, i) => i + 1));
  for (const node of nodes.slice(0, 2)) expect(contractOf(paths, node)).toBe('last.js, z.txt last');
}

describe('a supervisor that dies', () => {
  it.each(SCENARIOS)(`before, in or after ${LONG ? 'each' : 'some'} of its effects on the disk, in $what, leaves a whole cluster (seed ${SEED})`, async ({ from, act }) => {
    let tried = 0;
    // One at least, however few effects there are.
    for (let n = SEED % 6, effects = Infinity; n < effects * MOMENTS.length; n += EVERY) {
      const home = join(folder, 'clusters');
      rmSync(home, { recursive: true, force: true });
      if (from) cpSync(join(folder, from), home, { recursive: true });
      const crash = { effect: Math.floor(n / MOMENTS.length) + 1, moment: MOMENTS[n % MOMENTS.length]! };
      const { operations, cluster } = await supervisor(home);
      const disk = await CrashingDisk.insert([home], crash);
      const outcome = await act(operations, cluster).then(() => undefined, (error: unknown) => (error instanceof Error ? error : new Error(String(error))));
      await disk.remove();
      try {
        if (!disk.hasDied) {
          if (outcome !== undefined) throw outcome;
          effects = disk.effects.length;
        }
        tried++;
        await requireWhole(home);
      } catch (error) {
        throw new Error(`crash ${crash.moment} effect ${crash.effect}: ${disk.effects.at(crash.effect - 1)}\n${error instanceof Error ? error.stack : String(error)}`, { cause: error });
      }
    }
    expect(tried).toBeGreaterThan(0);
  }, LONG ? 1_800_000 : 120_000);
});
