/**
 * What a node tells its supervisor, over the IPC channel it was started with. Status comes from these facts and never
 * from a user session, because a connected user would show up in the contract's `users` and in hashes.
 */
export type NodeFact =
  /** All ports are open. Sent once. */
  | { readonly type: 'ready'; readonly publicKey: string; readonly role: 'validator' | 'observer'; readonly userPort: number; readonly peerPort: number; readonly contractId: string }
  /** Configuration under consensus, at start and whenever it changes. */
  | { readonly type: 'config'; readonly roundTime: number; readonly threshold: number; readonly needed: number; readonly unl: readonly string[] }
  /** Result of a stage's vote; `votes` are those received, own included. */
  | { readonly type: 'vote'; readonly status: VoteStatusText; readonly votes: number; readonly needed: number; readonly fork: boolean }
  | { readonly type: 'ledger'; readonly seqNo: number; readonly hash: string; readonly stateHash: string; readonly configHash: string; readonly time: number; readonly inputs: number; readonly users: number }
  | { readonly type: 'peers'; readonly peers: readonly string[]; readonly weaklyConnected: boolean }
  | { readonly type: 'users'; readonly users: readonly string[] }
  | { readonly type: 'run'; readonly phase: 'started' | 'ended'; readonly kind: 'consensus' | 'read'; readonly ledgerSeqNo: number; readonly pid: number; readonly durationMs?: number; readonly problem?: string }
  | { readonly type: 'problem'; readonly code: string; readonly message: string; readonly remedy: string };

export type VoteStatusText = 'unknown' | 'unreliable' | 'desync' | 'synced';

/** What the supervisor tells a node. A node whose channel closes stops by itself, as on SIGTERM. */
export type NodeCommand = { readonly type: 'stop' };
