import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterFaults } from '../../src/base/faults';
import { knownAddress } from '../../src/cluster/embedded/channel';
import { EmbeddedEngine } from '../../src/cluster/embedded/engine';
import type { ClusterChange, NodeState } from '../../src/cluster/engine';
import { ClusterPaths } from '../../src/cluster/paths';
import { processesOf, sendSignal } from '../support/processes';
import { until, writeBundle } from '../process/support/cliCluster';
import type { ChaosOptions } from './options';

/** Elsewhere for a package of them. */
export const PROGRAMS = process.env.HOTPOCKET_TEST_PROGRAMS ?? resolve(__dirname, '../../dist');
const STATUS_LIMIT_MS = 60_000;

/** Clusters have a small disk each, which can be filled. Only where mounting is nobody else's business (run.mjs). */
export const HAS_DISKS = process.env.HOTPOCKET_CHAOS_DISKS === '1';

function mountDisk(folder: string): void {
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=192m', 'hotpocket-chaos', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`No disk for ${folder}: ${stderr}`);
}

/** Nodes as real processes in a home of their own, and what can be done to these processes. */
export class ChaosCluster {
  readonly home = mkdtempSync(join(tmpdir(), 'hotpocket cháos '));
  readonly paths = ClusterPaths.of(this.home);
  readonly bundle = join(this.home, 'bündle');
  readonly env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: this.home, TMPDIR: process.env.TMPDIR, HOTPOCKET_HOME: this.home };
  readonly engine = new EmbeddedEngine({ programs: PROGRAMS, env: this.env });
  readonly nodes: readonly number[];
  /** How many nodes it takes to go on. */
  needed = 0;
  keys: readonly string[] = [];
  contractId = '';
  /** Where the supervisor listens. */
  private address: string | undefined;
  private faults: ClusterFaults = {};
  private readonly states = new Map<number, NodeState>();
  private readonly listeners = new Set<(change: ClusterChange) => void>();

  constructor(readonly options: ChaosOptions) {
    if (HAS_DISKS) mountDisk(this.home);
    this.nodes = Array.from({ length: options.size }, (_, i) => i + 1);
    this.engine.onDidChange((change) => {
      if (change.type === 'node') this.states.set(change.node.node, change.node.state);
      for (const listener of this.listeners) listener(change);
    });
  }

  async deploy(): Promise<void> {
    const { size, userPort, peerPort, roundTime } = this.options;
    const { outputFiles: [contract] } = await build({ entryPoints: [join(__dirname, 'programs/contract.js')], bundle: true, platform: 'node', target: 'node20', write: false, logLevel: 'warning' });
    mkdirSync(this.bundle);
    const override = { node: { history: 'full' }, contract: { bin_path: '/usr/bin/node', bin_args: 'index.js', consensus: { roundtime: roundTime } } };
    writeBundle(this.bundle, { 'index.js': contract!.contents, 'hp.cfg.override': JSON.stringify(override) });
    await this.engine.deploy({ path: this.bundle, defaults: { size, userPortBegin: userPort, peerPortBegin: peerPort } });
    await this.look();
  }

  /** All that is left on the disk is taken by a file until what is returned is called. */
  fillDisk(): () => void {
    const filler = join(this.home, 'filler');
    for (let megabytes = 1; megabytes > 1 / 4096; ) {
      try {
        writeFileSync(filler, Buffer.alloc(megabytes * 2 ** 20), { flag: 'a' });
      } catch {
        megabytes /= 2;
      }
    }
    return () => rmSync(filler);
  }

  /** What the supervisor says now. */
  async look(): Promise<void> {
    const status = await this.engine.status();
    if (!status) throw new Error('There is no cluster.');
    for (const { node, state } of status.nodes) this.states.set(node, state);
    this.needed = status.quorum.needed;
    this.contractId = status.contractId;
    this.keys = status.nodes.map(({ publicKey }) => publicKey);
    this.address = knownAddress(this.paths);
  }

  /** The supervisor is gone, and nothing is known of its nodes. */
  forget(): void {
    this.states.clear();
  }

  /** Links and clocks in place of those set before; what is not named stays. */
  async setFaults(faults: ClusterFaults): Promise<void> {
    this.faults = { ...this.faults, ...faults };
    await this.engine.setFaults(this.faults);
  }

  /** Undefined if the node has no process. */
  pid(node: number): number | undefined {
    const state = this.states.get(node);
    return state && 'pid' in state ? state.pid : undefined;
  }

  async supervisorPid(): Promise<number | undefined> {
    const line = (await processesOf(this.home)).find((one) => one.includes('supervisor.js'));
    return line === undefined ? undefined : Number.parseInt(line, 10);
  }

  /** Resolves when the node runs in another process than the given one; starts it, as its author would, if it was given up. */
  async runsAgain(node: number, before: number | undefined): Promise<void> {
    const isUp = (): true | undefined => {
      const state = this.states.get(node);
      if (state?.kind === 'crashed' && state.retryAt === undefined) void this.engine.start(node).catch(() => undefined);
      return state?.kind === 'running' && state.pid !== before ? true : undefined;
    };
    await until(`node ${node} to run again`, STATUS_LIMIT_MS, isUp, () => `${JSON.stringify(this.states.get(node))}\n${this.log(node).slice(-2_000)}`);
  }

  /** Starts what does not run, and resolves when all do. Tried again while the supervisor comes and goes. */
  async startAll(): Promise<void> {
    await until('all nodes to run', STATUS_LIMIT_MS, async () => {
      try {
        await this.engine.start();
        await this.look();
      } catch {
        return undefined;
      }
      return this.nodes.every((node) => this.states.get(node)?.kind === 'running') ? true : undefined;
    }, () => JSON.stringify([...this.states]));
  }

  /** The process of the node's next consensus run, as soon as it has begun; undefined if there is none in the time. */
  nextRun(node: number, withinMs: number): Promise<number | undefined> {
    return new Promise((resolve) => {
      const done = (pid?: number): void => {
        clearTimeout(timer);
        this.listeners.delete(hear);
        resolve(pid);
      };
      const timer = setTimeout(done, withinMs);
      const hear = (change: ClusterChange): void => {
        if (change.type === 'run' && change.node === node && change.kind === 'consensus' && change.phase === 'started') done(change.pid);
      };
      this.listeners.add(hear);
    });
  }

  log(node: number): string {
    const { consoleLog } = this.paths.node(node);
    return existsSync(consoleLog) ? readFileSync(consoleLog, 'utf8') : '';
  }

  /** For whoever looks for the reason of a failure: a copy of all files, where HOTPOCKET_CHAOS_KEEP says. */
  keep(): void {
    const folder = process.env.HOTPOCKET_CHAOS_KEEP;
    if (folder !== undefined) cpSync(this.home, join(folder, `seed ${this.options.seed}`), { recursive: true, filter: (path) => !path.endsWith('filler') });
  }

  /** Removes the cluster. Returns what is left of it: processes, sockets, files. Ends and deletes that. */
  async dispose(): Promise<string[]> {
    await this.engine.clean().catch(() => undefined);
    this.engine.dispose();
    const left: string[] = [];
    for (const patience = Date.now() + 15_000; (await processesOf(this.home)).length > 0 && Date.now() < patience; ) await sleep(100);
    for (const line of await processesOf(this.home)) {
      left.push(`process ${line}`);
      sendSignal(Number.parseInt(line, 10), 'SIGKILL');
    }
    const clusters = join(this.home, 'clusters');
    // The lock's file stays: it is empty, and locks nothing when nobody has it open.
    if (existsSync(clusters)) left.push(...readdirSync(clusters).filter((name) => name !== 'default.lock').map((name) => `file ${join(clusters, name)}`));
    if (this.address !== undefined && existsSync(this.address)) left.push(`socket ${this.address}`);
    if (HAS_DISKS) spawnSync('umount', ['-l', this.home]);
    rmSync(this.home, { recursive: true, force: true });
    return left;
  }
}
