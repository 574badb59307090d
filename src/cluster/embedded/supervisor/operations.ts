import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorText, HotPocketError } from '../../../base/errors';
import { makeFolder, removeFolder } from '../../../base/files';
import type { ClusterFaults } from '../../../base/faults';
import type { RoundsMode } from '../../../base/rounds';
import type { CleanReport, ClusterStatus, DeployRequest, NodeStatusInfo, Task } from '../../engine';
import { committed } from './abortable';
import type { Cluster } from './cluster';
import { createFollower } from './createNodes';
import { deploy, finishDeployment } from './deploy';
import { isNodeThere, whenNodeIsGone } from './leftovers';
import { discard } from './staging';
import { DebugSessions } from './debugSessions';
import { SerialQueue } from './serialQueue';

/** What clients may ask for. Everything that changes the cluster is done one after the other. */
export class Operations {
  private readonly queue = new SerialQueue();
  private recovered = false;
  private resumed = false;

  readonly debugging: DebugSessions;

  constructor(readonly cluster: Cluster) {
    this.debugging = new DebugSessions(cluster);
  }

  /** Nothing runs and nothing is being done. */
  get isIdle(): boolean {
    return this.queue.isIdle && !this.cluster.isAlive;
  }

  status(): ClusterStatus | undefined {
    return this.cluster.status();
  }

  deploy(request: DeployRequest, task: Task): Promise<ClusterStatus> {
    return this.change('Deploying', task, async () => {
      await this.makeHome();
      return deploy(this.cluster, request, task);
    });
  }

  start(node: number | undefined, task: Task): Promise<void> {
    return this.change('Starting', task, async () => {
      const nodes = this.cluster.select(node);
      await this.cluster.setRunning(nodes, true);
      await this.cluster.startNodes(nodes, task);
    });
  }

  stop(node: number | undefined, task: Task): Promise<void> {
    return this.change('Stopping', task, async () => {
      const nodes = this.cluster.select(node);
      await this.cluster.setRunning(nodes, false);
      await this.cluster.stopNodes(nodes, task);
    });
  }

  spawn(task: Task): Promise<NodeStatusInfo> {
    return this.change('Adding a node', task, async () => {
      const record = this.cluster.requireRecord();
      const follower = await createFollower(this.cluster.options, record, task);
      await this.cluster.save({ ...record, nodes: [...record.nodes, { ...follower, running: true }] });
      await this.cluster.startNodes([follower], committed(task));
      return this.cluster.describe(follower);
    });
  }

  setRounds(mode: RoundsMode, task: Task): Promise<void> {
    return this.change('Switching the rounds', task, () => this.cluster.setRounds(mode));
  }

  setFaults(faults: ClusterFaults, task: Task): Promise<void> {
    return this.change('Trying faults', task, () => {
      this.cluster.faults.set(faults, this.cluster.select());
      return Promise.resolve();
    });
  }

  clean(task: Task): Promise<CleanReport> {
    return this.change('Cleaning', task, async () => {
      const nodes = this.cluster.select();
      await this.cluster.setRunning(nodes, false);
      await this.cluster.stopNodes(nodes, task);
      const { home } = this.cluster.options.paths;
      const deleted = (await readdir(home)).sort().map((name) => join(home, name));
      await removeFolder(home);
      await this.cluster.forget();
      this.cluster.clock.reset();
      this.cluster.rounds.clear();
      this.cluster.faults.clear();
      return { nodes: nodes.length, deleted };
    });
  }

  /** Stops all nodes, to be brought back by the next supervisor. */
  async shutDown(): Promise<void> {
    await this.cluster.stopNodes(this.cluster.record?.nodes ?? []);
  }

  private change<T>(what: string, task: Task, job: () => Promise<T>): Promise<T> {
    const guarded = async (): Promise<T> => {
      await this.recover(task);
      try {
        return await job();
      } finally {
        await this.resume();
      }
    };
    return this.queue.run(guarded, task.signal).catch((error: unknown) => {
      if (task.signal?.aborted && !(error instanceof HotPocketError)) throw new HotPocketError('CANCELLED', { what });
      throw error;
    });
  }

  /** Brings in order what a supervisor that died in the middle of something has left, before anything else is done. */
  private async recover(task: Task): Promise<void> {
    if (this.recovered) return;
    const { record, options } = this.cluster;
    const numbers = record?.nodes.map(({ node }) => node) ?? [];
    const folders = numbers.map((node) => options.paths.node(node));
    if (folders.some(isNodeThere)) task.progress?.('Waiting for the nodes of an earlier supervisor to stop');
    await Promise.all(folders.map(whenNodeIsGone));
    if (record?.deploying) await finishDeployment(this.cluster);
    else await Promise.all(numbers.map((node) => discard(options.paths, node)));
    this.recovered = true;
  }

  /** Brings back what ran under the supervisor before, after the first change, which may be to stop it. */
  private async resume(): Promise<void> {
    if (this.resumed) return;
    this.resumed = true;
    const wanted = this.cluster.record?.nodes.filter(({ running }) => running) ?? [];
    const missing = wanted.filter((node) => this.cluster.describe(node).state.kind === 'stopped');
    await this.cluster.startNodes(missing).catch((error: unknown) => this.cluster.options.log(`Not all nodes could be brought back: ${errorText(error)}`));
  }

  private async makeHome(): Promise<void> {
    const { home } = this.cluster.options.paths;
    await makeFolder(dirname(home), 0o700);
    // Its mode is left alone: whoever opens it lets contracts in that run as somebody else.
    await makeFolder(home, 0o700);
  }
}
