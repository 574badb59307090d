import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HotPocketError } from '../../base/errors';
import { makeFolderSync } from '../../base/files';
import type { ClusterPaths } from '../paths';
import { checkChannelFolder, knownAddress } from './channel';
import { ANSWER_WITHIN_MS, SupervisorConnection, SupervisorSilent } from './connection';
import { minimalEnvironment, NodeJsFinder } from './nodeJs';
import { EXIT_OTHER_RUNS, isNewer, PROTOCOL, versionText, type ProtocolVersion } from './protocol';

const TRY_EVERY_MS = 15;

export interface LinkOptions {
  readonly paths: ClusterPaths;
  /** The folder of supervisor.js and node.js. */
  readonly programs: string;
  readonly env: NodeJS.ProcessEnv;
  readonly protocol?: ProtocolVersion;
}

/** Finds the cluster's supervisor, starts one where needed, and minds which versions may talk. */
export class SupervisorLink {
  readonly ours: ProtocolVersion;
  private readonly nodeJs: NodeJsFinder;

  constructor(private readonly options: LinkOptions) {
    this.nodeJs = new NodeJsFinder(options.env);
    this.ours = options.protocol ?? PROTOCOL;
  }

  /** The supervisor that runs, of whatever version; undefined if none does. Throws SUPERVISOR_UNREACHABLE, SUPERVISOR_SOCKET_UNSAFE. */
  async find(): Promise<SupervisorConnection | undefined> {
    const address = knownAddress(this.options.paths);
    if (address === undefined) return undefined;
    checkChannelFolder(address);
    try {
      return await SupervisorConnection.open(address, this.ours);
    } catch (error) {
      throw error instanceof SupervisorSilent ? this.unreachable() : error;
    }
  }

  /** A supervisor that may be asked to change things: the known one, or one that is started, also in place of an older one that has nothing to do. */
  async require(known: SupervisorConnection | undefined): Promise<SupervisorConnection> {
    if (known && isNewer(this.ours, known.theirs) && (await known.retire())) {
      await known.closed;
      return this.require(undefined);
    }
    const connection = known ?? (await this.start());
    if (this.isCompatible(connection)) return connection;
    if (!known) connection.dispose();
    throw this.incompatible(connection);
  }

  isCompatible({ theirs }: SupervisorConnection): boolean {
    return theirs.major === this.ours.major;
  }

  /** Throws SUPERVISOR_INCOMPATIBLE for a supervisor from before something was there. */
  requireSince(minor: number, connection: SupervisorConnection): void {
    if (!this.isCompatible(connection) || connection.theirs.minor < minor) throw this.incompatible(connection);
  }

  incompatible({ theirs }: SupervisorConnection): HotPocketError {
    return new HotPocketError('SUPERVISOR_INCOMPATIBLE', { theirs: versionText(theirs), ours: versionText(this.ours) });
  }

  /** Throws SUPERVISOR_UNREACHABLE when it does not answer in time, or ends instead. */
  private async start(): Promise<SupervisorConnection> {
    const nodeJs = await this.nodeJs.find();
    const deadline = performance.now() + ANSWER_WITHIN_MS;
    let child = this.launch(nodeJs);
    while (performance.now() < deadline) {
      const connection = await this.find();
      if (connection) return connection;
      // The one that ran before us was about to end.
      if (child.exitCode === EXIT_OTHER_RUNS) child = this.launch(nodeJs);
      else if (child.exitCode !== null || child.signalCode !== null) break;
      await sleep(TRY_EVERY_MS);
    }
    throw this.unreachable();
  }

  private unreachable(): HotPocketError {
    const { home, supervisorLog } = this.options.paths;
    return new HotPocketError('SUPERVISOR_UNREACHABLE', { home, log: supervisorLog });
  }

  private launch(nodeJs: string): ChildProcess {
    const { paths, programs, env } = this.options;
    makeFolderSync(paths.home, 0o700);
    const log = openSync(paths.supervisorLog, 'a', 0o600);
    try {
      const child = spawn(nodeJs, [join(programs, 'supervisor.js'), paths.home], {
        cwd: dirname(paths.home),
        stdio: ['ignore', log, log],
        detached: true,
        env: minimalEnvironment(env),
      });
      child.on('error', () => undefined);
      child.unref();
      return child;
    } finally {
      closeSync(log);
    }
  }
}
