import type { ContractOutput } from './contractLog';
import type { RunEvents } from './types';

/** Where a run says what the node's log shall say. */
export interface RunLog {
  inf(message: string): void;
  wrn(message: string): void;
  err(message: string): void;
}

/** How a debugger has the contract's program started. It changes nothing of what the contract is told. */
export interface SpawnRecipe {
  /** Started instead of the contract's program: an absolute path. The program's own path must then be in `argvPrefix`. */
  readonly executable?: string;
  /** Arguments in front of bin_args. */
  readonly argvPrefix?: readonly string[];
  /** Added to contract.environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Absolute path of the state folder of this run: the contract's working directory. */
  readonly stateDir: string;
  readonly events: RunEvents;
  readonly log: RunLog;
  /** Absolute path of the Node.js to use when bin_path names a `node` that this machine does not have. */
  readonly nodeExecutable: string;
  /** Where the file with the inputs is for the moment it has a name. */
  readonly tempDir: string;
  /** Takes what the contract prints; without it that goes straight to the node's console. */
  readonly output?: ContractOutput;
  readonly recipe?: SpawnRecipe;
}
