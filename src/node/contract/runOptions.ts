import type { Clock } from '../../base/clock';
import type { SpawnRecipe } from '../../base/debugLink';
import type { ContractOutput } from './consoleOutput';
import type { RunEvents } from './types';

/** Where a run says what the node's log shall say. */
export interface RunLog {
  inf(message: string): void;
  wrn(message: string): void;
  err(message: string): void;
}

export interface RunOptions {
  /** Absolute path of the state folder of this run: the contract's working directory. */
  readonly stateDir: string;
  readonly events: RunEvents;
  readonly log: RunLog;
  /** Absolute path of the Node.js to use when bin_path names a `node` that this machine does not have. */
  readonly nodeExecutable: string;
  /** Where the file with the inputs is for the moment it has a name, and which processes run is put down. */
  readonly tempDir: string;
  /** Takes what the contract prints; without it that goes straight to the node's console. */
  readonly output?: ContractOutput;
  /** Measures exec_timeout: a cluster that stands still does not run out of time. */
  readonly clock: Clock;
  /** For a run that is debugged. */
  readonly recipe?: SpawnRecipe;
}
