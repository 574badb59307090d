import type { Disposable } from '../base/disposables';
import type { VoteStatusText } from '../base/nodeLink';

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
  /** Removes the cluster and all its data. */
  clean(task?: Task): Promise<CleanReport>;
  /** A node's log from the last `tail` lines on; follows it until the signal, across restarts of the node. */
  logs(node: number, options: LogOptions, onText: (text: string) => void): Promise<void>;

  readonly onDidChange: (listener: (change: ClusterChange) => void) => Disposable;
}

export interface EngineCapabilities {
  readonly stopsClock: boolean;
  readonly statusWithoutUser: boolean;
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
  /** It ended by itself; started again at `retryAt` (ms since 1970), unless it was given up. */
  | { readonly kind: 'crashed'; readonly exit: string; readonly retryAt?: number };

export interface NodeStatusInfo {
  /** Counts from 1. */
  readonly node: number;
  readonly state: NodeState;
  readonly publicKey: string;
  readonly role: 'validator' | 'observer';
  readonly userPort: number;
  readonly peerPort: number;
  readonly inUnl: boolean;
  readonly voteStatus: VoteStatusText;
  readonly votes?: { readonly received: number; readonly needed: number };
  readonly fork: boolean;
  readonly ledger?: { readonly seqNo: number; readonly hash: string };
  readonly peers: readonly string[];
  readonly users: readonly string[];
  readonly weaklyConnected: boolean;
  readonly logFile: string;
  readonly stateDir: string;
}

export interface ClusterStatus {
  readonly name: string;
  readonly engine: ClusterEngine['kind'];
  readonly home: string;
  readonly contractId: string;
  readonly contractPath?: string;
  readonly roundTime: number;
  readonly quorum: { readonly needed: number; readonly of: number; readonly tolerates: number };
  readonly nodes: readonly NodeStatusInfo[];
}

export interface CleanReport {
  readonly nodes: number;
  readonly deleted: readonly string[];
}

export type ClusterChange =
  | { readonly type: 'cluster'; readonly exists: boolean }
  | { readonly type: 'node'; readonly node: NodeStatusInfo }
  | { readonly type: 'ledger'; readonly node: number; readonly seqNo: number; readonly hash: string }
  | { readonly type: 'run'; readonly node: number; readonly phase: 'started' | 'ended'; readonly kind: 'consensus' | 'read'; readonly ledgerSeqNo: number; readonly pid: number }
  | { readonly type: 'notice'; readonly node?: number; readonly code: string; readonly message: string; readonly remedy: string };
