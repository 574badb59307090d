import type { Debuggee } from '../../../base/debugLink';
import { HotPocketError } from '../../../base/errors';
import type { NodeFact } from '../../../base/nodeLink';
import type { DebugEvent, DebugRequest } from '../../engine';
import type { Cluster } from './cluster';

/** A debugger that is not heard of for so long is gone, or stands still itself. */
const LEASE_MS = 10_000;
const LOOK_EVERY_MS = 1_000;

interface Session {
  readonly request: DebugRequest;
  /** Who to tell; also who it ends with. */
  readonly owner: object;
  readonly tell: (event: DebugEvent) => void;
  heardAt: number;
}

/**
 * Which nodes are debugged, and by whom. A session is a lease: it ends with its client's connection, or when the client is not heard of
 * any more; what was being debugged then runs on. It holds for the node's number, whatever becomes of the node's process.
 */
export class DebugSessions {
  private readonly sessions = new Map<string, Session>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly cluster: Cluster, private readonly now: () => number = () => performance.now()) {
    cluster.debugFacts.on(({ node, fact }) => this.relay(node, fact));
  }

  /** Throws CLUSTER_NOT_FOUND, NODE_NOT_FOUND, or DEBUG_NODE_BUSY. The same lease again renews it. */
  arm(lease: string, request: DebugRequest, owner: object, tell: (event: DebugEvent) => void): void {
    this.cluster.select(request.node);
    const other = [...this.sessions].find(([id, session]) => id !== lease && session.request.node === request.node);
    if (other) throw new HotPocketError('DEBUG_NODE_BUSY', { node: request.node });
    this.sessions.set(lease, { request, owner, tell, heardAt: this.now() });
    this.cluster.orderDebugging(request.node, request);
    this.timer ??= setInterval(() => this.endSilent(), LOOK_EVERY_MS);
  }

  disarm(lease: string): void {
    const session = this.sessions.get(lease);
    if (!session) return;
    this.sessions.delete(lease);
    this.cluster.orderDebugging(session.request.node, undefined);
    if (this.sessions.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** The client lives. Returns those of its leases that have ended here. */
  renew(leases: readonly string[]): string[] {
    for (const lease of leases) {
      const session = this.sessions.get(lease);
      if (session) session.heardAt = this.now();
    }
    return leases.filter((lease) => !this.sessions.has(lease));
  }

  letGo(lease: string, run: number): void {
    const session = this.sessions.get(lease);
    if (session) this.cluster.send(session.request.node, { type: 'letGo', run });
  }

  /** A client went away. */
  drop(owner: object): void {
    for (const [lease, session] of [...this.sessions]) if (session.owner === owner) this.disarm(lease);
  }

  private endSilent(): void {
    const deadline = this.now() - LEASE_MS;
    for (const [lease, session] of [...this.sessions]) if (session.heardAt < deadline) this.disarm(lease);
  }

  private relay(node: number, fact: Extract<NodeFact, { type: 'debuggee' | 'debuggeeEnded' }>): void {
    for (const { request, tell } of this.sessions.values()) {
      if (request.node !== node) continue;
      if (fact.type === 'debuggee') tell({ type: 'waiting', debuggee: { ...fact.debuggee, node } satisfies Debuggee });
      else tell({ type: 'ended', run: fact.run });
    }
  }
}
