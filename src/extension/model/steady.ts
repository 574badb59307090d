import type { ClusterStatus } from '../../cluster/engine';
import { summarise, type ClusterSummary } from './summary';

const ROUNDS = 2;
const LONGEST_MS = 10_000;

/** A summary, and when (ms since 1970) it may be another though nothing changed. */
export interface SteadySummary {
  readonly summary: ClusterSummary;
  readonly lookAgainAt?: number;
}

/**
 * The cluster's condition without the flicker of single votes: on a busy machine a node is now and then too slow for one,
 * and the next one succeeds. What cannot pass by itself, such as too few nodes, shows at once.
 */
export class SteadyCondition {
  private workedAt = -Infinity;

  look(status: ClusterStatus, now: number): SteadySummary {
    const summary = summarise(status);
    if (summary.condition === 'working') this.workedAt = now;
    else if (!summary.possible) this.workedAt = -Infinity;
    const until = this.workedAt + Math.min(ROUNDS * status.roundTime, LONGEST_MS);
    if (summary.condition === 'working' || now >= until) return { summary };
    return { summary: { ...summary, condition: 'working' }, lookAgainAt: until };
  }
}
