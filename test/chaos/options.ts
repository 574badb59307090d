import type { FaultKind } from './faults';

/** What a run of the chaos runner is to be. */
export interface ChaosOptions {
  readonly seed: number;
  /** Members of the UNL: 3, 5 or 7. */
  readonly size: number;
  /** How long faults are tried, calm between them included. */
  readonly seconds: number;
  readonly roundTime: number;
  readonly userPort: number;
  readonly peerPort: number;
  readonly users: number;
  /** A user hands in an input this often. */
  readonly everyMs: number;
  /** All there are, if absent. */
  readonly kinds?: readonly FaultKind[];
}
