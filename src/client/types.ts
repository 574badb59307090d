import type { HotPocketError } from '../base/errors';
import type { Hex } from '../hotpocket/hash';
import type { UserProtocol, VoteStatus } from '../hotpocket/inputs';
import type { KeyPair } from '../hotpocket/keys';
import type { CheckedOutput } from '../hotpocket/protocol/outputProof';
import type { InputStatus, NodeStatus, PublishedLedger } from '../hotpocket/protocol/types';

export type { UserProtocol, VoteStatus } from '../hotpocket/inputs';
export type { CheckedOutput, OutputProof } from '../hotpocket/protocol/outputProof';
export type { Channel, InputStatus, LedgerInputView, LedgerOutputView, NodeStatus, PublishedLedger, PublishedView } from '../hotpocket/protocol/types';

export interface ClientOptions {
  /** Of a node's user port: wss://localhost:8081. */
  readonly url: string;
  /** The user's. A node takes one connection of a key at a time. */
  readonly keys: KeyPair;
  readonly protocol: UserProtocol;
  /** The node must prove one of these keys. Without them any key will do, but one must be proved. */
  readonly nodeKeys?: readonly Hex[];
  /** Keys of the UNL, whose signatures prove outputs. Without them outputs are checked against their hash only. */
  readonly trustedKeys?: readonly Hex[];
  /** For TLS and handshake; by default 5000. */
  readonly connectTimeoutMs?: number;
  /** For the answer to a request other than a read request; by default 5000. */
  readonly requestTimeoutMs?: number;
  /** Without it the client is at an end when its connection is. */
  readonly reconnect?: ReconnectPolicy;
}

export interface ReconnectPolicy {
  readonly everyMs: number;
  /** How long one outage may last before the client gives up. */
  readonly forMs: number;
}

/** What a node told and proved in the handshake (reference 6.3). */
export interface NodeIdentity {
  readonly hpVersion: string;
  readonly contractId: string;
  readonly contractVersion: string;
  readonly publicKey: Hex;
  readonly unl: readonly Hex[];
}

/** What became of an input. After `failed` it may still be accepted, or have been: nobody said so. */
export type InputOutcome = InputStatus | { readonly status: 'failed'; readonly inputHash: Hex; readonly reason: 'disconnected' | 'not_answered' };

export interface InputOptions {
  /** By default one that is larger than all before. */
  readonly nonce?: bigint;
  /** How many ledgers from the last one on may hold the input; by default 10. */
  readonly maxLedgerOffset?: number;
}

export interface SubmittedInput {
  readonly inputHash: Hex;
  readonly maxLedgerSeqNo: number;
  /** Never rejects. */
  readonly status: Promise<InputOutcome>;
}

export type ClientEvent =
  | { readonly type: 'connected'; readonly node: NodeIdentity; readonly status: NodeStatus }
  /** The connection ended, or the first one failed and is tried again. Not sent after `close`. */
  | { readonly type: 'disconnected'; readonly error: HotPocketError; readonly retrying: boolean }
  /** The time for connecting again is over. */
  | { readonly type: 'gaveUp'; readonly error: HotPocketError }
  | { readonly type: 'output'; readonly output: CheckedOutput }
  /** Of every input of this key, also of one that was handed in over an earlier connection. */
  | { readonly type: 'inputStatus'; readonly status: InputStatus }
  /** To a read request that nobody waits for any more. */
  | { readonly type: 'lateResponse'; readonly content: Buffer }
  | { readonly type: 'ledger'; readonly ledger: PublishedLedger }
  | { readonly type: 'voteStatus'; readonly voteStatus: VoteStatus }
  | { readonly type: 'unl'; readonly unl: readonly Hex[] }
  /** A message that nobody can read, as a real node sends when a contract's output only looks like JSON (reference 6.5). */
  | { readonly type: 'unreadable'; readonly message: Buffer };
