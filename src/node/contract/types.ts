import type { HotPocketError } from '../../base/errors';
import type { Hex } from '../../hotpocket/hash';
import type { UserOutput } from '../../hotpocket/outputs';

/** What a contract process may use of the system, in seconds of processor time, bytes and descriptors; zero means unlimited. */
export interface ResourceLimits {
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly openFiles: number;
}

/** How the contract's program is started: from hp.cfg (reference 1.3, 7.1). */
export interface ContractProgram {
  /** As configured: absolute, or relative to the state folder. */
  readonly binPath: string;
  readonly binArgs: string;
  /** The whole environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly runAs?: { readonly uid: number; readonly gid: number };
  /** Zero means unlimited, everywhere. */
  readonly limits: {
    readonly execTimeoutMs: number;
    readonly userOutputBytes: number;
    readonly nplOutputBytes: number;
    readonly resources?: ResourceLimits;
  };
}

/** One user as a run sees it; `inputs` may be empty. */
export interface RunUser {
  readonly pubkey: Hex;
  readonly inputs: readonly Uint8Array[];
}

/** What is told to the contract on stdin (reference 7.2). Absent for read requests: `ledger`. */
export interface RunContext {
  readonly contractId: string;
  readonly publicKey: Hex;
  readonly privateKey: Hex;
  readonly readonly: boolean;
  /** Agreed time of the ledger in ms; 0 for read requests. */
  readonly timestamp: number;
  readonly ledger?: { readonly seqNo: number; readonly hash: Hex };
  /** Sorted by key. */
  readonly users: readonly RunUser[];
  /** Sorted by key. `activeOn` = local receive time of the last proposal in ms, 0 if none. */
  readonly unl: readonly { readonly pubkey: Hex; readonly activeOn: number }[];
}

/** What happens while a contract process lives. */
export interface RunEvents {
  /** It was executed. `argumentsRead` says whether it has read all of its arguments, until it has exited; absent where that can't be told. */
  started?(pid: number, argumentsRead: (() => boolean) | undefined): void;
  /** The node was awake for it, as it is every 10 ms at least; returns in how many ms it should be again, if that matters. */
  looked?(): number | undefined;
  /** It is gone; others it started may not be. */
  exited?(): void;
  /** One NPL packet written by the contract. */
  npl?(data: Uint8Array): void;
  /** One packet written to the control channel. */
  control?(data: Uint8Array): void;
}

export interface RunResult {
  /** Per user, in the order of `RunContext.users`; users to whom nothing was sent are left out. */
  readonly outputs: readonly UserOutput[];
  /** Ended by a signal: HotPocket warns, and uses outputs and state all the same. */
  readonly signal?: NodeJS.Signals;
  readonly exitCode?: number;
  readonly timedOut: boolean;
  /** The program could not be started; said in the log. Counts as a normal end (reference 2.6). */
  readonly notStarted: boolean;
  /** It was not started because the node could not write down what the contract is given. What was agreed on is then still to be done. */
  readonly diskFailure?: HotPocketError;
}

/** A contract process under way. */
export interface ContractRun {
  /** Queues one NPL message (two packets: the sender's key in hex, the data). Dropped once the process is gone. */
  deliverNpl(sender: Hex, data: Uint8Array): void;
  /** Ends the process group now, with SIGKILL; `done` then resolves as for any signal. */
  kill(): void;
  /** Resolves when the process is gone, all it wrote was read, and its process group was ended. Never rejects. */
  readonly done: Promise<RunResult>;
}
