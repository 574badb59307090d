export interface RestartLimits {
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A node that was up this long is taken for healthy: delays begin anew. */
  readonly healthyMs: number;
  /** A crash sooner than this after the start counts as quick. */
  readonly quickMs: number;
  readonly quickCrashes: number;
}

export const RESTART_LIMITS: RestartLimits = { firstDelayMs: 500, longestDelayMs: 30_000, healthyMs: 30_000, quickMs: 10_000, quickCrashes: 6 };

/** When a node that crashed is started again. What crashes on each start is given up, anything else is tried for ever. */
export class RestartPolicy {
  private attempts = 0;
  /** Quick crashes in a row. */
  quickCrashes = 0;

  constructor(private readonly limits: RestartLimits = RESTART_LIMITS) {}

  /** Milliseconds to wait before the next start, or undefined to give up. */
  afterCrash(upMs: number): number | undefined {
    const { firstDelayMs, longestDelayMs, healthyMs, quickMs, quickCrashes } = this.limits;
    if (upMs >= healthyMs) this.attempts = 0;
    this.quickCrashes = upMs < quickMs ? this.quickCrashes + 1 : 0;
    if (this.quickCrashes >= quickCrashes) return undefined;
    return Math.min(firstDelayMs * 2 ** this.attempts++, longestDelayMs);
  }

  reset(): void {
    this.attempts = 0;
    this.quickCrashes = 0;
  }
}
