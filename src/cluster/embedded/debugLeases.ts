import { randomUUID } from 'node:crypto';
import { HotPocketError } from '../../base/errors';
import type { DebugEvent, DebugLease, DebugRequest } from '../engine';
import type { SupervisorConnection } from './connection';
import { PROTOCOL, requests, versionText } from './protocol';

/** Well below the supervisor's patience. */
const RENEW_EVERY_MS = 2_000;

interface Wanted {
  readonly request: DebugRequest;
  readonly onEvent: (event: DebugEvent) => void;
  /** Processes that wait or are debugged. */
  readonly runs: Set<number>;
}

/** The debugging that this client wants: told to every supervisor that comes, and renewed as long as this process lives. */
export class DebugLeases {
  private readonly wanted = new Map<string, Wanted>();
  private timer: NodeJS.Timeout | undefined;

  /** `find`: the connection there is, or one to a supervisor that is found now. */
  constructor(private readonly find: () => Promise<SupervisorConnection | undefined>) {}

  async add(connection: SupervisorConnection, request: DebugRequest, onEvent: (event: DebugEvent) => void): Promise<DebugLease> {
    const lease: string = randomUUID();
    this.wanted.set(lease, { request, onEvent, runs: new Set() });
    try {
      await connection.request(requests.arm, { lease, request });
    } catch (error) {
      this.wanted.delete(lease);
      throw error;
    }
    this.timer ??= setInterval(() => void this.renew().catch(() => undefined), RENEW_EVERY_MS);
    return {
      letGo: (run) => void this.tell((supervisor) => supervisor.request(requests.letGo, { lease, run })),
      end: () => this.end(lease),
    };
  }

  /** A supervisor is there: what it is told of, and what it tells. */
  connected(connection: SupervisorConnection): void {
    connection.debugEvents.on(({ lease, event }) => this.hear(lease, event));
    void connection.closed.then(() => this.endRuns());
    for (const lease of this.wanted.keys()) void this.arm(connection, lease);
  }

  dispose(): void {
    clearInterval(this.timer);
    this.wanted.clear();
  }

  private async end(lease: string): Promise<void> {
    if (!this.wanted.delete(lease)) return;
    if (this.wanted.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    await this.tell((supervisor) => supervisor.request(requests.disarm, { lease }));
  }

  /** A supervisor that is gone needs not be told: all ended with it. */
  private async tell(request: (supervisor: SupervisorConnection) => Promise<unknown>): Promise<void> {
    const connection = await this.find().catch(() => undefined);
    if (connection) await request(connection).catch(() => undefined);
  }

  private async renew(): Promise<void> {
    const connection = await this.find();
    if (!connection) return;
    const ended = await connection.request(requests.renew, { leases: [...this.wanted.keys()] });
    for (const lease of ended) {
      this.endRuns([lease]);
      await this.arm(connection, lease);
    }
  }

  private async arm(connection: SupervisorConnection, lease: string): Promise<void> {
    const wanted = this.wanted.get(lease);
    if (!wanted) return;
    // There may be no cluster at the moment, or no such node: tried again with the next renewal.
    await connection.request(requests.arm, { lease, request: wanted.request }).catch(() => undefined);
  }

  private hear(lease: string, event: DebugEvent): void {
    const wanted = this.wanted.get(lease);
    if (!wanted) return;
    if (event.type === 'waiting') wanted.runs.add(event.debuggee.run);
    else if (!wanted.runs.delete(event.run)) return;
    wanted.onEvent(event);
  }

  /** The supervisor is gone and its nodes stop, or it let go what was debugged. */
  private endRuns(leases: Iterable<string> = this.wanted.keys()): void {
    for (const lease of leases) {
      const { runs = new Set<number>(), onEvent } = this.wanted.get(lease) ?? {};
      for (const run of runs) onEvent?.({ type: 'ended', run });
      runs.clear();
    }
  }
}

/** A supervisor from before debugging was there does not know these requests. */
export function requireDebugging({ theirs }: SupervisorConnection): void {
  if (theirs.minor < 1) throw new HotPocketError('SUPERVISOR_INCOMPATIBLE', { theirs: versionText(theirs), ours: versionText(PROTOCOL) });
}
