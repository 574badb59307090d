/**
 * What debugging needs to be told along the way from a debugger to a contract process: client → supervisor → node. All of it
 * is JSON. Whoever writes a provider for another language (src/debug/) needs no more than these shapes.
 */

/** How a debugger has the contract's program started. It changes nothing of what the contract is told, nor of what is hashed. */
export interface SpawnRecipe {
  /** Started instead of the contract's program: an absolute path. The program's own path must then be in `argvPrefix`. */
  readonly executable?: string;
  /** Arguments in front of bin_args. */
  readonly argvPrefix?: readonly string[];
  /** Added to contract.environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly announcement: Announcement;
  /** How a waiting or stopped process is let run on when no debugger will: `inspector` speaks Chrome's protocol over a WebSocket. */
  readonly letGo: 'inspector';
  /** The same for a program that runs in a container. Absent: it cannot be debugged there. */
  readonly container?: ContainerRecipe;
}

/** How the program is started where no file of this machine is, and where nobody can read what it prints but the log. */
export interface ContainerRecipe {
  /** A file of this machine that is put there. Arguments name it as HOOK. */
  readonly hook: string;
  /** Arguments in front of bin_args of a process that waits for its debugger. */
  readonly argvPrefix: readonly string[];
  /** The same of any other, so that it does not see that its program was replaced. */
  readonly undebugged: readonly string[];
}

/** Stands for the path of ContainerRecipe.hook in the container. */
export const HOOK = '{hook}';

/** What the debugged process prints to stderr for the debugger's sake. Regular expressions, each for one whole line. */
export interface Announcement {
  /** The line that tells where the process can be reached; its first group is the address. */
  readonly address: string;
  /** Lines that are not the contract's and do not belong in its log. The address line is one of them by itself. */
  readonly hidden: readonly string[];
}

export type RunKind = 'consensus' | 'read';

/** Which contract processes of a node are to be debugged, and how. */
export interface DebugOrder {
  readonly runs: RunKind | 'both';
  /** `withInputs`: only consensus runs in which a user has an input. Read requests always have one. */
  readonly rounds: 'all' | 'withInputs';
  /** Stops the clock of the whole cluster from before such a process is spawned until it has exited. */
  readonly pauseCluster: boolean;
  readonly recipe: SpawnRecipe;
}

/** A contract process that waits for its debugger. */
export interface Debuggee {
  /** Unique for one life of the node's process. */
  readonly run: number;
  readonly node: number;
  readonly pid: number;
  /** As the process announced it; for Node.js the URL of the inspector's WebSocket. */
  readonly address: string;
  readonly kind: RunKind;
  /** The ledger that the run follows. */
  readonly ledgerSeqNo: number;
  /** Number of inputs the process is given. */
  readonly inputs: number;
  /** Its working directory, which holds the contract's files; links resolved. */
  readonly cwd: string;
  /** When it is ended for want of time (exec_timeout), ms since 1970. Absent if nothing ends it, or if its clock stands still. */
  readonly endsAt?: number;
}

/** The clock of a cluster, ms: its time is `heldAt`, or else the wall clock's less `behind`. */
export interface ClockSetting {
  readonly behind: number;
  readonly heldAt?: number;
}

/** The environment variable in which a node that is started finds its ClockSetting, as JSON. */
export const CLOCK_VARIABLE = 'HOTPOCKET_CLUSTER_CLOCK';
