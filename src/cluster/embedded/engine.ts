import { Emitter, type Disposable } from '../../base/disposables';
import { HotPocketError } from '../../base/errors';
import type { ClusterFaults } from '../../base/faults';
import type { LedgerInfo, LedgersQuery } from '../../base/ledgers';
import type { RoundProfile } from '../../base/roundProfile';
import type { RoundsMode } from '../../base/rounds';
import type { CleanReport, ClusterChange, ClusterEngine, ClusterStatus, DebugEvent, DebugLease, DebugRequest, DeployRequest, LogOptions, NodeStatusInfo, Task } from '../engine';
import { readLog } from '../logFollow';
import { lastLines, lastMatch, type LogPlace } from '../logTail';
import { ClusterPaths, CLUSTER_NAME, hotpocketHome } from '../paths';
import type { StateFiles } from '../stateFiles';
import { readClusterFile } from './clusterFile';
import { ConnectionLost, type SupervisorConnection } from './connection';
import { DebugLeases, requireDebugging } from './debugLeases';
import { SupervisorLink } from './link';
import { LocalState } from './localState';
import { offlineStatus } from './offline';
import { requests, type ProtocolVersion } from './protocol';

export interface EmbeddedOptions {
  /** The folder of supervisor.js and node.js. */
  readonly programs: string;
  /** Read: HOTPOCKET_HOME, HOTPOCKET_NODE_PATH, and what a supervisor inherits when one is started. */
  readonly env?: NodeJS.ProcessEnv;
  /** For tests of compatibility: the version to pose as. */
  readonly protocol?: ProtocolVersion;
}

const LOOK_EVERY_MS = 500;
/** Minor version of the protocol. */
const ROUND_PROFILES_SINCE = 2;
const EAGER_ROUNDS_SINCE = 3;
const FAULTS_SINCE = 4;
const LEDGERS_SINCE = 5;
const NODE_START = /^\d{8} \d\d:\d\d:\d\d\.\d{3} \[inf\]\[hpc\] HotPocket \d/gm;

/** Our own nodes as processes on this machine, through the supervisor that owns them (ARCHITECTURE.md, "Processes"). */
export class EmbeddedEngine implements ClusterEngine {
  readonly kind = 'embedded';
  readonly capabilities = { stopsClock: true, eagerRounds: true, localFiles: true, profiling: true, faults: true };
  private readonly paths: ClusterPaths;
  private readonly link: SupervisorLink;
  private readonly changes = new Emitter<ClusterChange>();
  private readonly debugLeases = new DebugLeases(() => this.find());
  private connection: SupervisorConnection | undefined;
  private opening: Promise<SupervisorConnection | undefined> | undefined;
  private requiring: Promise<SupervisorConnection> | undefined;
  private watching: NodeJS.Timeout | undefined;
  private toldIncompatible = false;
  private disposed = false;

  constructor(options: EmbeddedOptions) {
    const env = options.env ?? process.env;
    this.paths = ClusterPaths.of(hotpocketHome(env));
    this.link = new SupervisorLink({ ...options, env, paths: this.paths });
  }

  /** Looking starts nothing: without a supervisor the files tell. */
  async status(): Promise<ClusterStatus | undefined> {
    const connection = await this.find();
    try {
      return await (connection ? complete(await connection.status()) : offlineStatus(this.paths));
    } catch (error) {
      if (error instanceof ConnectionLost) return offlineStatus(this.paths);
      throw error;
    }
  }

  async deploy(request: DeployRequest, task?: Task): Promise<ClusterStatus> {
    // What a supervisor could not even start with is better said by ourselves.
    await readClusterFile(this.paths.clusterFile);
    return this.ask(async (connection) => {
      if (request.rounds === 'eager') this.link.requireSince(EAGER_ROUNDS_SINCE, connection);
      return complete(await connection.request(requests.deploy, request, task));
    });
  }

  async start(node?: number, task?: Task): Promise<void> {
    await this.requireCluster();
    await this.ask((connection) => connection.request(requests.start, node === undefined ? {} : { node }, task));
  }

  async stop(node?: number, task?: Task): Promise<void> {
    await this.requireCluster();
    await this.ask((connection) => connection.request(requests.stop, node === undefined ? {} : { node }, task));
  }

  async spawn(task?: Task): Promise<NodeStatusInfo> {
    await this.requireCluster();
    return this.ask((connection) => connection.request(requests.spawn, {}, task));
  }

  async setRounds(mode: RoundsMode, task?: Task): Promise<void> {
    await this.requireCluster();
    await this.ask((connection) => {
      this.link.requireSince(EAGER_ROUNDS_SINCE, connection);
      return connection.request(requests.rounds, { mode }, task);
    });
  }

  async setFaults(faults: ClusterFaults, task?: Task): Promise<void> {
    await this.requireCluster();
    await this.ask((connection) => {
      this.link.requireSince(FAULTS_SINCE, connection);
      return connection.request(requests.faults, { faults }, task);
    });
  }

  async clean(task?: Task): Promise<CleanReport> {
    await this.requireCluster();
    return this.ask((connection) => connection.request(requests.clean, {}, task));
  }

  async logs(node: number, { tail, sinceStart, follow, signal }: LogOptions, onText: (text: string) => void): Promise<void> {
    await this.requireNode(node);
    const file = this.paths.node(node).consoleLog;
    const start = sinceStart ? await lastMatch(file, NODE_START) : undefined;
    const last = tail === undefined ? undefined : await lastLines(file, tail);
    await readLog(file, later(start, last), follow, onText, signal);
  }

  async debug(request: DebugRequest, onEvent: (event: DebugEvent) => void): Promise<DebugLease> {
    await this.requireCluster();
    return this.ask(async (connection) => {
      requireDebugging(connection);
      return this.debugLeases.add(connection, request, onEvent);
    });
  }

  async roundProfiles(node: number): Promise<readonly RoundProfile[]> {
    await this.requireNode(node);
    return this.look(ROUND_PROFILES_SINCE, (connection) => connection.request(requests.roundProfiles, { node }));
  }

  async ledgers(query: LedgersQuery): Promise<readonly LedgerInfo[]> {
    await this.requireCluster();
    return this.look(LEDGERS_SINCE, (connection) => connection.request(requests.ledgers, { query }));
  }

  stateFiles(node: number): StateFiles {
    return new LocalState(this.paths.node(node).state);
  }

  /** While somebody listens the engine looks for a supervisor, and for the next one when it is gone. It starts none. */
  readonly onDidChange = (listener: (change: ClusterChange) => void): Disposable => {
    this.watching ??= setInterval(() => void this.find().catch(() => undefined), LOOK_EVERY_MS).unref();
    void this.find().catch(() => undefined);
    return this.changes.on(listener);
  };

  dispose(): void {
    this.disposed = true;
    clearInterval(this.watching);
    this.debugLeases.dispose();
    this.connection?.dispose();
  }

  private async requireCluster(): Promise<{ readonly nodes: readonly { readonly node: number }[] }> {
    const record = await readClusterFile(this.paths.clusterFile);
    if (!record) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: CLUSTER_NAME });
    return record;
  }

  private async requireNode(node: number): Promise<void> {
    const { nodes } = await this.requireCluster();
    if (!nodes.some((record) => record.node === node)) throw new HotPocketError('NODE_NOT_FOUND', { node, count: nodes.length });
  }

  /** Looking starts nothing: without a supervisor no node runs, and there is nothing to see. */
  private async look<T>(since: number, request: (connection: SupervisorConnection) => Promise<readonly T[]>): Promise<readonly T[]> {
    const connection = await this.find();
    if (!connection) return [];
    this.link.requireSince(since, connection);
    try {
      return await request(connection);
    } catch (error) {
      if (error instanceof ConnectionLost) return [];
      throw error;
    }
  }

  private async ask<T>(request: (connection: SupervisorConnection) => Promise<T>): Promise<T> {
    if (process.platform === 'win32') throw new HotPocketError('PLATFORM_UNSUPPORTED', { platform: 'Windows' });
    const connection = await this.require();
    try {
      return await request(connection);
    } catch (error) {
      throw error instanceof ConnectionLost ? new HotPocketError('SUPERVISOR_LOST', { home: this.paths.home }) : error;
    }
  }

  /** The one connection this engine holds, opened if a supervisor runs. */
  private async find(): Promise<SupervisorConnection | undefined> {
    return this.requiring ? this.requiring.catch(() => undefined) : this.lookUp();
  }

  /** The same, to a supervisor that may be asked to change things. */
  private require(): Promise<SupervisorConnection> {
    const open = async (): Promise<SupervisorConnection> => this.use(await this.link.require(await this.lookUp()));
    this.requiring ??= open().finally(() => (this.requiring = undefined));
    return this.requiring;
  }

  private async lookUp(): Promise<SupervisorConnection | undefined> {
    if (this.connection) return this.connection;
    this.opening ??= this.link.find().finally(() => (this.opening = undefined));
    const found = await this.opening;
    return found && this.use(found);
  }

  private use(connection: SupervisorConnection): SupervisorConnection {
    if (this.connection === connection) return connection;
    this.connection?.dispose();
    this.connection = connection;
    if (this.disposed) connection.dispose();
    connection.changes.on((change) => this.changes.fire(change));
    this.debugLeases.connected(connection);
    void connection.closed.then(() => {
      if (this.connection !== connection) return;
      this.connection = undefined;
      if (!this.disposed) void this.tellExistence();
    });
    this.tellIfIncompatible(connection);
    return connection;
  }

  /** The supervisor came or went, and with it the source of all that was shown: whoever listens should look anew. */
  private async tellExistence(): Promise<void> {
    const record = await readClusterFile(this.paths.clusterFile).catch(() => undefined);
    this.changes.fire({ type: 'cluster', exists: record !== undefined });
  }

  private tellIfIncompatible(connection: SupervisorConnection): void {
    if (this.link.isCompatible(connection) || this.toldIncompatible) return;
    this.toldIncompatible = true;
    const { code, message, remedy } = this.link.incompatible(connection);
    this.changes.fire({ type: 'notice', code, message, remedy });
  }
}

/** Of two places in a log the later one; a file that is not the start's is the one before it. */
function later(start: LogPlace | undefined, last: LogPlace | undefined): LogPlace | undefined {
  return start && last?.file === start.file && last.offset > start.offset ? last : (start ?? last);
}

/** A supervisor from before there were eager rounds does not tell of them: it has the grid. */
const complete = <S extends ClusterStatus | undefined>(status: S): S => (status && (status.rounds as RoundsMode | undefined) === undefined ? { ...status, rounds: 'grid' } : status);
