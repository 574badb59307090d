import type { Hex } from '../hash';
import type { RejectReason, VoteStatus } from '../inputs';
import type { Ledger } from '../ledger';
import type { HashTree } from '../outputs';

/** `stat_response` (reference 6.5). */
export interface NodeStatus {
  readonly hpVersion: string;
  readonly ledgerSeqNo: number;
  readonly ledgerHash: Hex;
  readonly voteStatus: VoteStatus;
  readonly roundTime: number;
  readonly contractExecutionEnabled: boolean;
  readonly readRequestsEnabled: boolean;
  readonly isFullHistoryNode: boolean;
  readonly weaklyConnected: boolean;
  readonly currentUnl: readonly Hex[];
  readonly peers: readonly string[];
}

export interface LedgerInputView { readonly pubkey: Hex; readonly hash: Hex; readonly nonce: bigint; readonly blob: Uint8Array }
export interface LedgerOutputView { readonly pubkey: Hex; readonly hash: Hex; readonly blobs: readonly Uint8Array[] }
export interface LedgerView {
  readonly ledger: Ledger;
  readonly inputs?: readonly LedgerInputView[];
  readonly outputs?: readonly LedgerOutputView[];
}

/** What users are told of a ledger. */
export type PublishedLedger = Omit<Ledger, 'dataHash' | 'nonce'>;
export type PublishedView = Omit<LedgerView, 'ledger'> & { readonly ledger: PublishedLedger };
export interface LedgerQuery { readonly seqNo: number; readonly inputs: boolean; readonly outputs: boolean }

export type InputStatus =
  | { readonly status: 'accepted'; readonly inputHash: Hex; readonly ledgerSeqNo: number; readonly ledgerHash: Hex }
  | { readonly status: 'rejected'; readonly reason: RejectReason; readonly inputHash: Hex };

/** One user's outputs of a run, with what proves them (reference 6.6). */
export interface ContractOutput {
  readonly ledgerSeqNo: number;
  readonly ledgerHash: Hex;
  readonly messages: readonly Uint8Array[];
  readonly outputHash: Hex;
  readonly hashTree: HashTree;
  readonly unlSignatures: readonly (readonly [pubkey: Hex, signature: Hex])[];
}

/** What a user can subscribe to. The third channel of the protocol, `health_event`, is off in every stock build. */
export type Channel = 'ledger_event' | 'unl_change';

export type ServerEvent =
  | { readonly channel: 'ledger_event'; readonly event: 'ledger_created'; readonly ledger: Ledger }
  | { readonly channel: 'ledger_event'; readonly event: 'vote_status'; readonly voteStatus: VoteStatus }
  | { readonly channel: 'unl_change'; readonly unl: readonly Hex[] };
