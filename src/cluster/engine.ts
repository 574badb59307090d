import type { Debuggee, DebugOrder, RunKind } from '../base/debugLink';
import type { Disposable } from '../base/disposables';
import type { ClusterFaults } from '../base/faults';
import type { LedgerInfo, LedgersQuery } from '../base/ledgers';
import type { VoteStatusText } from '../base/nodeLink';
import type { RoundProfile } from '../base/roundProfile';
import type { RoundsMode } from '../base/rounds';
import type { StateFiles } from './stateFiles';

/**
 * A cluster engine creates, runs and tells about the nodes of one cluster. Nothing above it knows whether the nodes are
 * our own processes or the real engine's containers; `capabilities` says what only one of them can do.
 */
export interface ClusterEngine extends Disposable {
  readonly kind: 'embedded' | 'docker';
  readonly capabilities: EngineCapabilities;

  /** The cluster as it is now; undefined when none exists. */
  status(): Promise<ClusterStatus | undefined>;
  /** Creates the cluster if there is none, replaces the contract on every node and starts them all. Ledgers restart at 1. */
  deploy(request: DeployRequest, task?: Task): Promise<ClusterStatus>;
  /** Starts the given node, or all. Starting what runs does nothing. */
  start(node?: number, task?: Task): Promise<void>;
  stop(node?: number, task?: Task): Promise<void>;
  /** Adds a node that follows the cluster without being in its UNL. */
  spawn(task?: Task): Promise<NodeStatusInfo>;
  /**
   * When rounds start from now on, also after restarts and deployments. Throws CLUSTER_NOT_FOUND, SUPERVISOR_INCOMPATIBLE, and
   * ROUNDS_ENGINE_UNSUPPORTED where `capabilities` say so.
   */
  setRounds(mode: RoundsMode, task?: Task): Promise<void>;
  /**
   * Does this to the nodes on purpose from now on, in place of what was done before; nothing with `{}`. It ends with the supervisor, at the latest when no node
   * runs. Throws CLUSTER_NOT_FOUND, NODE_NOT_FOUND, FAULTS_INVALID, SUPERVISOR_INCOMPATIBLE, and FAULTS_ENGINE_UNSUPPORTED where `capabilities` say so.
   */
  setFaults(faults: ClusterFaults, task?: Task): Promise<void>;
  /** Removes the cluster and all its data. */
  clean(task?: Task): Promise<CleanReport>;
  /** A node's log from the last `tail` lines on; follows it until the signal, across restarts of the node. */
  logs(node: number, options: LogOptions, onText: (text: string) => void): Promise<void>;
  /**
   * From now on the node's contract processes that the request names wait for a debugger, in every round and across restarts of nodes
   * and supervisor, until the lease is ended. Throws DEBUG_NODE_BUSY, CLUSTER_NOT_FOUND, NODE_NOT_FOUND, and in containers DEBUG_ENGINE_UNSUPPORTED,
   * DEBUG_PROGRAM_UNKNOWN, DEBUG_CONTAINER_REFUSED.
   */
  debug(request: DebugRequest, onEvent: (event: DebugEvent) => void): Promise<DebugLease>;
  /**
   * The last rounds of a node, oldest first, as far as the engine has seen them since the contract was deployed; those to come are told by
   * `round` events. Throws CLUSTER_NOT_FOUND, NODE_NOT_FOUND, SUPERVISOR_INCOMPATIBLE,
   * and PROFILE_ENGINE_UNSUPPORTED where `capabilities` say so.
   */
  roundProfiles(node: number): Promise<readonly RoundProfile[]>;
  /**
   * Ledgers of the cluster, newest first and without gaps, as a node tells them that runs; nothing if none can. Those to come are told by `ledger`
   * events, without what has to be counted. Throws CLUSTER_NOT_FOUND, SUPERVISOR_INCOMPATIBLE.
   */
  ledgers(query: LedgersQuery): Promise<readonly LedgerInfo[]>;
  /** What is in the state of a node, which need not run. */
  stateFiles(node: number): StateFiles;

  readonly onDidChange: (listener: (change: ClusterChange) => void) => Disposable;
}

export interface EngineCapabilities {
  readonly stopsClock: boolean;
  /** `home`, `logFile` and `stateDir` are paths of this machine. */
  readonly localFiles: boolean;
  /** It tells where rounds are spent. */
  readonly profiling: boolean;
  readonly eagerRounds: boolean;
  /** Links and clocks of nodes can be made bad on purpose. */
  readonly faults: boolean;
}

/** Lets the caller watch and end a long operation. */
export interface Task {
  readonly signal?: AbortSignal;
  progress?(message: string): void;
}

export interface DeployRequest {
  /** Absolute path of the contract folder. */
  readonly path: string;
  /** Used only when the cluster is created. */
  readonly defaults: ClusterDefaults;
  /** As it was, or on the grid for a new cluster, if absent. */
  readonly rounds?: RoundsMode;
}

export interface ClusterDefaults {
  readonly size: number;
  readonly userPortBegin: number;
  readonly peerPortBegin: number;
  /** ms; hpdevkit's 2000 if absent. */
  readonly roundTime?: number;
}

export interface LogOptions {
  /** Lines to begin with; without it, all there are. */
  readonly tail?: number;
  /** Begin where the node's last start did. */
  readonly sinceStart?: boolean;
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

export type NodeState =
  /** `interrupted`: it should run, but its supervisor is gone; the next change of the cluster brings it back. */
  | { readonly kind: 'stopped'; readonly interrupted?: true }
  | { readonly kind: 'starting'; readonly pid: number }
  | { readonly kind: 'running'; readonly pid: number }
  | { readonly kind: 'stopping'; readonly pid: number }
  /** Somebody made its container stand still. */
  | { readonly kind: 'paused'; readonly pid: number }
  /** It ended by itself; started again at `retryAt` (ms since 1970), unless it was given up. */
  | { readonly kind: 'crashed'; readonly exit: string; readonly retryAt?: number };

export interface NodeStatusInfo {
  /** Counts from 1. */
  readonly node: number;
  readonly state: NodeState;
  readonly publicKey: string;
  readonly role: 'validator' | 'observer';
  /** The machine its user port is on, if that is not this one. */
  readonly host?: string;
  readonly userPort: number;
  readonly peerPort: number;
  readonly inUnl: boolean;
  readonly voteStatus: VoteStatusText;
  /** Of the last stage in which there was a vote, if the engine knows which it was. */
  readonly votes?: { readonly received: number; readonly needed: number; readonly stage?: 1 | 2 | 3 };
  readonly fork: boolean;
  readonly ledger?: { readonly seqNo: number; readonly hash: string };
  /** Whom it is connected to, where the engine can know; likewise the users. */
  readonly peers?: readonly string[];
  readonly users?: readonly string[];
  /** The key of the user as which the engine itself looks at the node, while it does. */
  readonly observer?: string;
  readonly weaklyConnected: boolean;
  /** A debugger is told of its contract processes. */
  readonly debugged: boolean;
  readonly logFile: string;
  readonly stateDir: string;
}

export interface ClusterStatus {
  readonly name: string;
  readonly engine: ClusterEngine['kind'];
  readonly home: string;
  readonly contractId: string;
  readonly contractPath?: string;
  /** What is started as the contract, as hp.cfg says. */
  readonly program: { readonly binPath: string; readonly binArgs: string };
  readonly roundTime: number;
  readonly rounds: RoundsMode;
  /** So long may a contract process run, ms; 0 = for ever. Absent where a debugged process has all the time there is. */
  readonly execTimeout?: number;
  /** How much its time lags behind the wall clock, for all it was held so far; ms. */
  readonly clockBehind: number;
  readonly pause?: PauseInfo;
  /** What is done to it on purpose, if anything is. */
  readonly faults?: ClusterFaults;
  readonly quorum: { readonly needed: number; readonly of: number; readonly tolerates: number };
  readonly nodes: readonly NodeStatusInfo[];
}

export interface DebugRequest extends DebugOrder {
  readonly node: number;
}

export type DebugEvent =
  /** A process waits for its debugger. If none comes it has to be let go. */
  | { readonly type: 'waiting'; readonly debuggee: Debuggee }
  | { readonly type: 'ended'; readonly run: number };

/** Debugging that was asked for. It ends by itself when whoever asked is gone. */
export interface DebugLease {
  /** Lets a process run on that no debugger can be attached to. */
  letGo(run: number): void;
  /** What is being debugged then runs on. */
  end(): Promise<void>;
}

/** A debugged run is held, and the cluster's clock stands still for it unless `goesOn`. */
export interface PauseInfo {
  readonly node: number;
  readonly kind: RunKind;
  readonly ledgerSeqNo: number;
  /** ms since 1970. */
  readonly since: number;
  /** Where the clock cannot be stopped. `endsAt`: when the process is killed for want of time, ms since 1970; never, if absent. */
  readonly goesOn?: { readonly endsAt?: number };
}

export interface CleanReport {
  readonly nodes: number;
  readonly deleted: readonly string[];
}

export type ClusterChange =
  | { readonly type: 'cluster'; readonly exists: boolean }
  | { readonly type: 'node'; readonly node: NodeStatusInfo }
  | { readonly type: 'ledger'; readonly node: number; readonly seqNo: number; readonly hash: string; readonly ledger?: LedgerInfo }
  /** A node's round is over. */
  | { readonly type: 'round'; readonly node: number; readonly round: RoundProfile }
  /** A debugged run is held, or none any more. */
  | { readonly type: 'pause'; readonly pause?: PauseInfo }
  | { readonly type: 'rounds'; readonly mode: RoundsMode }
  | { readonly type: 'faults'; readonly faults: ClusterFaults }
  | { readonly type: 'run'; readonly node: number; readonly phase: 'started' | 'ended'; readonly kind: 'consensus' | 'read'; readonly ledgerSeqNo: number; readonly pid: number }
  | { readonly type: 'notice'; readonly node?: number; readonly code: string; readonly message: string; readonly remedy: string };
