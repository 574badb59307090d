/** Names the folder of the project to debug. */
export const PROJECT_VARIABLE = 'HOTPOCKET_BENCH_PROJECT';
export const RUNS_VARIABLE = 'HOTPOCKET_BENCH_RUNS';

/** All in ms, but for the counts. */
export interface Debugging {
  readonly arm: number[];
  readonly disarm: number[];
  /** From the start of a contract process to its stop at a breakpoint, as the window hears of both. */
  readonly toStopped: number[];
  stopped: number;
  /** Runs of the contract meanwhile. */
  rounds: number;
}
