import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { Emitter, type Disposable } from '../../base/disposables';
import type { LedgerInfo, LedgersQuery } from '../../base/ledgers';
import type { RoundsMode } from '../../base/rounds';
import { HotPocketError } from '../../base/errors';
import type { CleanReport, ClusterChange, ClusterEngine, ClusterStatus, DebugEvent, DebugLease, DebugRequest, DeployRequest, LogOptions, NodeStatusInfo, Task } from '../engine';
import { hotpocketHome } from '../paths';
import type { StateFiles } from '../stateFiles';
import { ClusterReader, isTakenForUp, runKey, type DockerCluster, type DockerNode } from './cluster';
import type { DockerContext } from './context';
import { openDocker } from './daemon/connect';
import { findEndpoint, publishedHost, type Endpoint } from './daemon/endpoint';
import { dockerFailure } from './daemon/failures';
import type { LeaseHost } from './debug/lease';
import { DebugLeases } from './debug/leases';
import { deploy } from './deploy';
import { describeCluster, describeNode } from './describe';
import { destroy, exists, leftovers } from './destroy';
import { HpfsSessions } from './hpfsSession';
import { instanceImage, requireImage } from './images';
import { followLog } from './logs/follow';
import { sinceStart } from './logs/frames';
import { readOutput } from './logs/readOutput';
import { acquire, type Lease, type Operation } from './mutex';
import { nodeContainer } from './names';
import { select, startNodes, stopNodes } from './nodes';
import { createFollower } from './spawn';
import { recoverDeployment } from './sync';
import { VolumeState } from './volumeState';
import { ClusterWatch } from './watch/clusterWatch';
import { DockerEvents } from './watch/events';
import { NO_FACTS, withText, type NodeFacts } from './watch/facts';
import { forgetObserver } from './watch/observerKey';

// For scripts/image.mjs, which loads this file's bundle.
export { openDocker } from './daemon/connect';
export { findEndpoint } from './daemon/endpoint';
// For diagnose, in its own bundle.
export { examineDaemon } from './examine';

export interface DockerEngineOptions {
  /** Read: what the docker command reads to find its daemon, HP_INSTANCE_IMAGE, HP_DEVKIT_IMAGE, HOTPOCKET_BIND, HOTPOCKET_HOME, HOTPOCKET_OBSERVER. */
  readonly env?: NodeJS.ProcessEnv;
  /** Absolute path of the folder with the bundled programs; where this one is, if it is bundled. */
  readonly programs?: string;
}

const TAIL = 300;
const LOOK_ANYWAY_MS = 1_000;

/** The real engine: hpcore in containers, the same that hpdevkit makes and steers (reference 9). */
export class DockerEngine implements ClusterEngine {
  readonly kind = 'docker';
  readonly capabilities = { stopsClock: false, eagerRounds: false, localFiles: false, profiling: false, faults: false };
  private readonly env: NodeJS.ProcessEnv;
  private readonly programs: string;
  private readonly changes = new Emitter<ClusterChange>();
  private readonly events = new DockerEvents(() => this.docker);
  private connection: { readonly endpoint: Endpoint; readonly docker: Docker; readonly reader: ClusterReader } | undefined;
  private readonly leases = new DebugLeases(() => this.leaseHost, (pause) => this.changes.fire({ type: 'pause', ...(pause && { pause }) }));
  private watch: ClusterWatch | undefined;
  private readonly sessions = new HpfsSessions();

  constructor({ env = process.env, programs = __dirname }: DockerEngineOptions = {}) {
    this.env = env;
    this.programs = programs;
  }

  async status(): Promise<ClusterStatus | undefined> {
    return this.guard('Looking at the cluster', undefined, async () => {
      if (this.watch && (await this.reader.read())) await this.watch.caughtUp();
      return this.describe();
    });
  }

  async deploy(request: DeployRequest, task?: Task): Promise<ClusterStatus> {
    return this.guard('Deploying', task, async () => {
      const image = await this.imageForDeployment(task);
      for (;;) {
        const creates = (await this.reader.read()) === undefined;
        const lease = await this.begin(creates ? 'create' : 'deploy', task, image);
        try {
          const existing = await this.reader.read({ unfinished: true });
          // Somebody created or cleaned it while we waited.
          if ((existing === undefined) !== creates && lease.interrupted !== 'create') continue;
          await deploy(this.context, this.reader, image, existing, request, task);
        } finally {
          await lease.release();
        }
        return (await this.describe()) as ClusterStatus;
      }
    });
  }

  async start(node?: number, task?: Task): Promise<void> {
    await this.change('Starting', 'start', task, async (cluster) => startNodes(this.context, cluster, select(cluster, node), task));
  }

  async stop(node?: number, task?: Task): Promise<void> {
    await this.change('Stopping', 'stop', task, async (cluster) => stopNodes(this.context, select(cluster, node), task));
  }

  async spawn(task?: Task): Promise<NodeStatusInfo> {
    return this.change('Adding a node', 'spawn', task, async (cluster) => {
      const node = await createFollower(this.context, cluster, task);
      const grown = await this.reader.require();
      await startNodes(this.context, grown, select(grown, node));
      const current = await this.reader.require();
      const [started] = select(current, node) as [DockerNode];
      return describeNode(started, current, await this.factsOf(current), this.host);
    });
  }

  async clean(task?: Task): Promise<CleanReport> {
    return this.guard('Cleaning', task, async () => {
      const left = await leftovers(this.context);
      if (!left) await this.reader.require();
      // Without any container there is nobody to wait for.
      const lease = left?.image === undefined ? undefined : await this.begin('clean', task, left.image);
      try {
        const nodes = (await this.reader.read({ unfinished: true }))?.nodes ?? [];
        const deleted = [...(lease?.removed ?? []), ...(await destroy(this.context))];
        for (const { config } of nodes.slice(0, 1)) await forgetObserver(hotpocketHome(this.env), config.contract.id);
        return { nodes: nodes.length, deleted };
      } finally {
        await lease?.release();
      }
    });
  }

  async logs(node: number, options: LogOptions, onText: (text: string) => void): Promise<void> {
    await this.guard('Reading the log', undefined, async () => {
      // What the node says meanwhile would be missed, so more is read only to say what is wrong.
      if (!(await exists(this.docker.getContainer(nodeContainer(node)).inspect()))) {
        select(await this.reader.require(), node);
        throw new HotPocketError('NODE_CONTAINER_MISSING', { node });
      }
      const { signal } = options;
      await followLog(this.docker, nodeContainer(node), { ...options, whenChanged: (id) => this.whenChanged(id, signal) }, onText);
    });
  }

  /** The grid is what its nodes have. */
  async setRounds(mode: RoundsMode): Promise<void> {
    if (mode !== 'grid') throw new HotPocketError('ROUNDS_ENGINE_UNSUPPORTED', {});
    await this.guard('Looking at the cluster', undefined, () => this.reader.require());
  }

  setFaults(): Promise<never> {
    return Promise.reject(new HotPocketError('FAULTS_ENGINE_UNSUPPORTED', {}));
  }

  roundProfiles(): Promise<never> {
    return Promise.reject(new HotPocketError('PROFILE_ENGINE_UNSUPPORTED', {}));
  }

  /** Only who observes the nodes has any; the others are told of those to come. */
  async ledgers(query: LedgersQuery): Promise<readonly LedgerInfo[]> {
    return this.guard('Looking at ledgers', undefined, async () => {
      await this.reader.require();
      return (await this.watch?.ledgers(query)) ?? [];
    });
  }

  /** The clock goes on: `pauseCluster` is without effect. */
  async debug(request: DebugRequest, onEvent: (event: DebugEvent) => void): Promise<DebugLease> {
    return this.guard('Debugging', undefined, async () => {
      select(await this.reader.require(), request.node);
      return this.leases.begin(request, onEvent);
    });
  }

  stateFiles(node: number): StateFiles {
    const state = new VolumeState(this.docker, node, async () => {
      const { nodes, image } = await this.reader.require();
      const id = nodes.flatMap(({ container }) => container?.Id ?? [])[0] ?? nodeContainer(node);
      const own = nodes.find((one) => one.node === node)?.container;
      const running = own?.State.Running && !own.State.Paused ? { container: this.docker.getContainer(own.Id), run: runKey(own) } : undefined;
      return { running, container: this.docker.getContainer(id), image };
    }, this.sessions);
    const look = <T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> => this.guard('Looking at the state', signal && { signal }, job);
    return {
      stat: (path) => look(() => state.stat(path)),
      list: (path, signal) => look(() => state.list(path, signal), signal),
      read: (path) => look(() => state.read(path)),
    };
  }

  /** While somebody listens, Docker's events and the nodes' logs are followed. */
  readonly onDidChange = (listener: (change: ClusterChange) => void): Disposable => {
    if (!this.watch) {
      try {
        this.watch = new ClusterWatch({ docker: () => this.docker, reader: this.reader, events: this.events, host: this.host, observerHome: this.observerHome });
        this.watch.changes.on((change) => this.changes.fire(change));
      } catch {
        // Without a context that can be used there is nothing to follow, as every command says.
      }
    }
    return this.changes.on(listener);
  };

  dispose(): void {
    this.leases.dispose();
    this.watch?.dispose();
    this.events.dispose();
  }

  private get connected(): { readonly endpoint: Endpoint; readonly docker: Docker; readonly reader: ClusterReader } {
    if (!this.connection) {
      const endpoint = findEndpoint(this.env);
      const docker = openDocker(endpoint, this.env);
      this.connection = { endpoint, docker, reader: new ClusterReader(docker) };
    }
    return this.connection;
  }

  private get docker(): Docker {
    return this.connected.docker;
  }
  private get reader(): ClusterReader {
    return this.connected.reader;
  }
  private get host(): string {
    return publishedHost(this.connected.endpoint);
  }

  private get context(): DockerContext {
    const { docker, endpoint } = this.connected;
    const notice = ({ code, message, remedy }: HotPocketError, node?: number): void => this.changes.fire({ type: 'notice', ...(node !== undefined && { node }), code, message, remedy });
    return { docker, endpoint, env: this.env, notice };
  }

  private get leaseHost(): LeaseHost {
    const { docker, notice } = this.context;
    return {
      docker,
      notice,
      agent: join(this.programs, 'debugAgent.js'),
      whenChanged: (node) => this.whenChanged(nodeContainer(node), undefined),
      lastLedger: async (node) => {
        const [found] = (await this.reader.read())?.nodes.filter((one) => one.node === node) ?? [];
        return found && (this.watch?.facts(found) ?? (await this.lookUp(found)))?.ledger?.seqNo;
      },
    };
  }

  /** Of a cluster that exists, what its containers were made of. */
  private async imageForDeployment(task?: Task): Promise<string> {
    const cluster = await this.reader.read();
    const image = cluster?.image ?? instanceImage(this.env);
    await requireImage(this.docker, image, task);
    return image;
  }

  private async change<T>(what: string, operation: Operation, task: Task | undefined, job: (cluster: DockerCluster) => Promise<T>): Promise<T> {
    return this.guard(what, task, async () => {
      const { image } = await this.reader.require();
      const lease = await this.begin(operation, task, image);
      try {
        return await job(await this.reader.require());
      } finally {
        await lease.release();
      }
    });
  }

  /** Takes the lock, and brings in order what somebody who died with it has left. */
  private async begin(operation: Operation, task: Task | undefined, image: string): Promise<Lease & { readonly removed: readonly string[] }> {
    const lease = await acquire(this.docker, image, operation, task);
    try {
      const removed = lease.interrupted === 'create' ? await destroy(this.context) : [];
      if (lease.interrupted === 'deploy') {
        const cluster = await this.reader.read({ unfinished: true });
        if (cluster) await recoverDeployment(this.docker, cluster.image, cluster.nodes.map(({ node }) => node));
      }
      // What is read of nodes to start or stop them is as old as they have been running or not.
      if (lease.interrupted !== undefined || (operation !== 'start' && operation !== 'stop')) this.reader.forget();
      return { ...lease, removed };
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  private async describe(): Promise<ClusterStatus | undefined> {
    const cluster = await this.reader.read();
    const { pause } = this.leases;
    return cluster && { ...describeCluster(cluster, await this.factsOf(cluster), this.host), ...(pause && { pause }) };
  }

  /** Where keys of observers are kept; undefined with HOTPOCKET_OBSERVER=off. */
  private get observerHome(): string | undefined {
    return this.env.HOTPOCKET_OBSERVER === 'off' ? undefined : hotpocketHome(this.env);
  }

  /** What the nodes' logs say; while nothing is followed, they are looked at once. */
  private async factsOf({ nodes }: DockerCluster): Promise<(node: DockerNode) => NodeFacts | undefined> {
    const found = await Promise.all(nodes.map(async (node) => [node.node, this.watch?.facts(node) ?? (await this.lookUp(node))] as const));
    const facts = new Map(found);
    return ({ node }) => facts.get(node);
  }

  private async lookUp({ container, config }: DockerNode): Promise<NodeFacts | undefined> {
    if (!container?.State.Running) return undefined;
    const text = await readOutput(this.docker, this.docker.getContainer(container.Id), { since: sinceStart(container.State), tail: TAIL });
    return withText({ ...NO_FACTS, listening: isTakenForUp(container.State, config) }, text);
  }

  /** Something happened to the container, or it is time to look. */
  private async whenChanged(idOrName: string, signal: AbortSignal | undefined): Promise<void> {
    const done = new AbortController();
    const end = (): void => done.abort();
    const subscription = this.events.on((event) => (event.type !== 'container' || event.id === idOrName || event.name === idOrName ? end() : undefined));
    signal?.addEventListener('abort', end);
    await sleep(LOOK_ANYWAY_MS, undefined, { signal: done.signal }).catch(() => undefined);
    signal?.removeEventListener('abort', end);
    subscription.dispose();
  }

  /** Whatever goes wrong becomes an error of the catalogue. */
  private async guard<T>(what: string, task: Task | undefined, job: () => Promise<T>): Promise<T> {
    try {
      return await job();
    } catch (error) {
      if (task?.signal?.aborted && !(error instanceof HotPocketError)) throw new HotPocketError('CANCELLED', { what });
      throw error instanceof HotPocketError ? error : dockerFailure(error, this.connected.endpoint);
    }
  }
}
