import type { ClusterStatus, NodeStatusInfo } from '../../cluster/engine';
import { isStartable, nodeCondition, summarise } from '../model/summary';

/** Consensus is lost, or the whole cluster. */
export interface Incident {
  readonly kind: 'stalled' | 'forked' | 'interrupted';
  readonly voting: number;
  readonly needed: number;
  /** Nodes of the UNL that do not run. */
  readonly missing: readonly number[];
}

/** What to do now: tell of an incident, look again at a time (ms since 1970) though nothing changed, or nothing. */
export interface Finding {
  readonly tell?: Incident;
  readonly lookAgainAt?: number;
}

/** One round without enough votes happens: a node was slow, or just came back. */
const PATIENCE_MS = 3000;
const PATIENCE_ROUNDS = 2;

/**
 * Decides when the loss of consensus is worth interrupting the user: once an incident, when it lasts, and not when it
 * is what he just asked for.
 */
export class IncidentWatch {
  private since: number | undefined;
  /** The incident was told, or is the user's own doing. */
  private settled = false;
  /** A cluster that was interrupted before the window was opened is old news. */
  private sawItRun = false;

  /** `quietUntil`: until then what happens is put down to the user; see `Steering`. */
  look(status: ClusterStatus | undefined, quietUntil: number, now: number): Finding {
    const summary = status && summarise(status);
    if (!summary || summary.condition === 'working' || summary.condition === 'stopped') {
      this.since = undefined;
      this.settled = false;
      this.sawItRun = summary?.condition === 'working';
      return {};
    }
    const { condition, voting, needed } = summary;
    // Nodes that wait for a contract at a breakpoint are the user's own doing, and the status bar says so.
    if (condition === 'waiting' || (condition === 'stalled' && status.pause)) {
      this.since = undefined;
      return {};
    }
    if (this.settled || (condition === 'interrupted' && !this.sawItRun)) return {};
    this.since ??= now;
    const missing = status.nodes.filter((node) => node.inUnl && isStartable(node.state));
    if (now < quietUntil && missing.some(wasStopped)) {
      this.settled = true;
      return {};
    }
    const tellAt = Math.max(this.since + Math.max(PATIENCE_MS, PATIENCE_ROUNDS * status.roundTime), quietUntil);
    if (now < tellAt) return Number.isFinite(tellAt) ? { lookAgainAt: tellAt } : {};
    this.settled = true;
    return { tell: { kind: condition, voting, needed, missing: missing.map(({ node }) => node) } };
  }
}

/** By somebody who meant it. */
function wasStopped(node: NodeStatusInfo): boolean {
  return nodeCondition(node) === 'stopped';
}
