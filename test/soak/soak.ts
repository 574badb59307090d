import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { EmbeddedEngine } from '../../src/cluster/embedded/engine';
import { CliCluster, sampleBundle } from '../process/support/cliCluster';
import { Load } from './load';
import { diskUse, ProcessUse } from './measure';
import type { HostUse } from './programs/host';

/** How things stand after so many ledgers. Bytes, and numbers of open files. */
export interface Checkpoint {
  readonly ledger: number;
  readonly perSecond: number;
  /** The largest of the nodes. */
  readonly node: { readonly memory: number; readonly files: number };
  readonly supervisor: { readonly memory: number; readonly files: number };
  readonly host: HostUse;
  readonly disk: { readonly ledgers: number; readonly raw: number; readonly contract: number; readonly logs: number };
}

export interface SoakResult {
  readonly checkpoints: readonly Checkpoint[];
  /** Starting node 3 until it listens, ms: after the first part, and at the end. */
  readonly restarts: readonly [first: readonly number[], last: readonly number[]];
}

export interface SoakOptions {
  readonly ledgers: number;
  /** Ledgers from one checkpoint to the next. */
  readonly every: number;
  readonly userPort: number;
  readonly peerPort: number;
  readonly say: (text: string) => void;
}

const NODES = [1, 2, 3];
const RESTARTED = 3;
const RESTARTS = 7;
const LOOK_EVERY_MS = 500;
/** A log that is bounded shows that it is. */
const CONSOLE_BYTES = 1 << 20;
const PROGRAMS = join(__dirname, '../../dist');

/** The sample contract on three nodes with eager rounds and one user, for so many ledgers; history is limited to one shard each. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  const cluster = new CliCluster({ size: NODES.length, userPort: options.userPort, peerPort: options.peerPort });
  cluster.env.HOTPOCKET_CONSOLE_LOG_BYTES = String(CONSOLE_BYTES);
  const engine = new EmbeddedEngine({ programs: PROGRAMS, env: { ...process.env, HOTPOCKET_HOME: cluster.home } });
  let host: ChildProcess | undefined;
  let load: Load | undefined;
  try {
    await cluster.deploy(limited(cluster));
    await cluster.ok('rounds', 'eager');
    host = await startHost(cluster.home);
    load = await Load.connect(`wss://localhost:${options.userPort}`);
    const failed = load.run().then(() => undefined, (error: unknown) => ({ error }));
    const [uses, supervisor] = [await Promise.all(NODES.map(async (node) => new ProcessUse(await cluster.pid(node)))), new ProcessUse(await cluster.supervisor())];
    const checkpoints: Checkpoint[] = [];
    let first: readonly number[] = [];
    for (let [ledger, since] = [0, Date.now()]; checkpoints.length < options.ledgers / options.every; ) {
      const over = await Promise.race([sleep(LOOK_EVERY_MS), failed]);
      if (over) throw over.error;
      for (const use of [...uses, supervisor]) use.look();
      if (load.ledger < ledger + options.every) continue;
      const [nodes, now] = [uses.map((use) => use.take()), Date.now()];
      checkpoints.push({
        ledger: load.ledger,
        perSecond: ((load.ledger - ledger) * 1000) / (now - since),
        node: { memory: Math.max(...nodes.map(({ memory }) => memory)), files: Math.max(...nodes.map(({ files }) => files)) },
        supervisor: supervisor.take(),
        host: await askHost(host),
        disk: diskOf(cluster),
      });
      options.say(describe(checkpoints.at(-1)!));
      if (checkpoints.length === 1) {
        first = await restarts(engine);
        uses[RESTARTED - 1] = new ProcessUse(await cluster.pid(RESTARTED));
      }
      [ledger, since] = [load.ledger, Date.now()];
    }
    return { checkpoints, restarts: [first, await restarts(engine)] };
  } finally {
    await load?.close();
    host?.disconnect();
    engine.dispose();
    await cluster.dispose();
  }
}

/** The sample, with as little history as there can be of each kind, and small log files. */
function limited(cluster: CliCluster): string {
  const folder = cluster.bundle('sample', {}, {
    node: { history: 'custom', history_config: { max_primary_shards: 1, max_raw_shards: 1 } },
    contract: { bin_path: '/usr/bin/node', bin_args: 'index.js' },
    log: { max_mbytes_per_file: 1, max_file_count: 2 },
  });
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(sampleBundle, 'index.js'), join(folder, 'index.js'));
  return folder;
}

async function restarts(engine: EmbeddedEngine): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < RESTARTS; i++) {
    await engine.stop(RESTARTED);
    const begin = performance.now();
    await engine.start(RESTARTED);
    took.push(performance.now() - begin);
  }
  return took;
}

async function startHost(home: string): Promise<ChildProcess> {
  const outfile = join(home, 'host.js');
  await build({ entryPoints: [join(__dirname, 'programs/host.ts')], outfile, bundle: true, platform: 'node', target: 'node20', external: ['koffi', 'dockerode'], logLevel: 'warning' });
  return fork(outfile, [PROGRAMS], { env: { ...process.env, HOTPOCKET_HOME: home }, execArgv: ['--expose-gc'] });
}

async function askHost(host: ChildProcess): Promise<HostUse> {
  host.send('?');
  const [use] = (await once(host, 'message')) as [HostUse];
  return use;
}

function diskOf(cluster: CliCluster): Checkpoint['disk'] {
  const of = (...names: string[]): number => diskUse(cluster.path(1, ...names));
  return { ledgers: of('ledger_fs', 'seed', 'primary'), raw: of('ledger_fs', 'seed', 'raw'), contract: of('contract_fs'), logs: of('log') };
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

export const COLUMNS = ['ledgers', 'a second', 'node MiB', 'files', 'supervisor MiB', 'files', 'extension MiB', 'files', 'ledgers MiB', 'raw MiB', 'contract MiB', 'logs MiB'];

/** The cells of a checkpoint's row. */
export function cells({ ledger, perSecond, node, supervisor, host, disk }: Checkpoint): string[] {
  return [
    String(ledger), perSecond.toFixed(1), mib(node.memory), String(node.files), mib(supervisor.memory), String(supervisor.files), mib(host.heap), String(host.files),
    mib(disk.ledgers), mib(disk.raw), mib(disk.contract), mib(disk.logs),
  ];
}

const describe = (checkpoint: Checkpoint): string => `| ${cells(checkpoint).join(' | ')} |`;
