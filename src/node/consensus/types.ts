import type { RoundsMode } from '../../base/rounds';
import type { Hex } from '../../hotpocket/hash';
import type { RejectReason, SignedInput, VoteStatus } from '../../hotpocket/inputs';
import type { Ledger, ShardId } from '../../hotpocket/ledger';
import type { HashTree, UserOutput } from '../../hotpocket/outputs';
import type { Proposal, ProposalBody } from './proposal';

/** The part of a node's configuration that consensus depends on. All but the first three can change by patch. */
export interface ConsensusConfig {
  readonly contractId: string;
  readonly publicKey: Hex;
  readonly role: 'validator' | 'observer';
  /** False: ledgers are made but nothing runs (contract.execute). */
  readonly execute: boolean;
  readonly unl: readonly Hex[];
  readonly threshold: number;
  readonly roundTime: number;
  readonly stageSlice: number;
  /** 0 = unlimited. */
  readonly maxInputLedgerOffset: number;
  /** Bytes of input a user may have in one round; 0 = unlimited. */
  readonly userInputBytes: number;
}

/** What a patch can change of it. */
export type ConsensusPatch = Pick<ConsensusConfig, 'unl' | 'threshold' | 'roundTime' | 'stageSlice' | 'maxInputLedgerOffset' | 'userInputBytes'>;

/** A ledger with what its hashes stand for: enough to verify it, and to know which inputs are done. */
export interface LedgerEntry {
  readonly ledger: Ledger;
  readonly users: readonly Hex[];
  /** Ordered hashes. */
  readonly inputs: readonly Hex[];
}

/**
 * A ledger, the signed stage-3 proposals that closed it, and its inputs in full. Whoever stands on the ledger before it
 * can check the proof and adopt it as if it had closed it itself.
 */
export interface Closing extends LedgerEntry {
  readonly proof: ClosingProof;
  readonly bodies: readonly SignedInput[];
}

/** The stage-3 proposal that won, and who signed its root hash. All that is in the ledger follows from it. */
export interface ClosingProof {
  readonly proposal: ProposalBody;
  readonly signatures: readonly (readonly [pubkey: Hex, signature: Hex])[];
}

/** Announces connected users, and carries inputs; hpcore's NonUnlProposal (reference 8.4). */
export interface NonUnlProposal {
  readonly users: readonly Hex[];
  readonly inputs: readonly SignedInput[];
}

/** What a contract run left behind, as far as consensus is concerned. */
export interface RunOutcome {
  readonly stateHash: Hex;
  readonly patchHash: Hex;
  /** Given when the patch changed: its content, or null if it breaks a rule. */
  readonly patch?: ConsensusPatch | null;
  readonly outputs: readonly UserOutput[];
}

/** Inputs of a run, by user, in the order in which the contract gets them. */
export interface RunInputs {
  readonly pubkey: Hex;
  readonly payloads: readonly Uint8Array[];
}

export interface SyncTargets {
  /** `proven`: to be had with the proof that closed it, and last of all, since no threshold of nodes stands on it. */
  readonly ledger?: { readonly shard: ShardId; readonly seqNo: number; readonly proven?: boolean };
  readonly patch?: Hex;
  readonly state?: Hex;
}

export type ConsensusEvent =
  | { readonly type: 'start' }
  /** The time asked for with a `wake` effect has come. */
  | { readonly type: 'wake' }
  | { readonly type: 'proposal'; readonly proposal: Proposal }
  | { readonly type: 'nup'; readonly nup: NonUnlProposal }
  /** An input of a user of this node that passed `checkSubmit`. */
  | { readonly type: 'input'; readonly input: SignedInput }
  /** The users connected to this node changed. */
  | { readonly type: 'users'; readonly users: readonly Hex[] }
  /** When rounds start, from now on. */
  | { readonly type: 'rounds'; readonly mode: RoundsMode }
  /** The nodes connected to this one changed. */
  | { readonly type: 'peers'; readonly connected: readonly Hex[] }
  | { readonly type: 'peerTimeConfig'; readonly pubkey: Hex; readonly timeConfig: number }
  | { readonly type: 'ran'; readonly outcome: RunOutcome }
  /** Ledgers fetched and verified against the target; they take the place of `replaced`, all that we have after `after`. */
  | {
    readonly type: 'ledgersSynced'; readonly after: number; readonly entries: readonly LedgerEntry[]; readonly closing?: Closing;
    readonly replaced: readonly Ledger[]; readonly reverted: readonly SignedInput[];
  }
  | { readonly type: 'patchSynced'; readonly patchHash: Hex; readonly patch: ConsensusPatch | null }
  | { readonly type: 'stateSynced'; readonly stateHash: Hex }
  /** Nothing is being fetched any more: all is here, or it was given up. */
  | { readonly type: 'syncEnded' }
  /** A peer lacks inputs that we proposed. */
  | { readonly type: 'inputsRequested'; readonly by: Hex; readonly inputs: readonly Hex[] }
  /** A peer's answer to `requestInputs`. */
  | { readonly type: 'inputs'; readonly inputs: readonly SignedInput[] }
  /** A peer's answer to `requestClosing`. */
  | { readonly type: 'closing'; readonly closing: Closing }
  /** The node is asked to stop: finish what was promised, then `stopped`. */
  | { readonly type: 'stop' };

/** Carried out strictly in order; `commit` and `adopt` must be on disk before what follows them. */
export type Effect =
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'propose'; readonly proposal: Proposal }
  | { readonly type: 'nup'; readonly nup: NonUnlProposal }
  | { readonly type: 'log'; readonly level: 'dbg' | 'inf' | 'wrn' | 'err'; readonly message: string }
  | { readonly type: 'voteStatus'; readonly status: VoteStatus }
  /** One stage's count, for whoever watches. */
  | { readonly type: 'votes'; readonly stage: 1 | 2 | 3; readonly status: VoteStatus; readonly votes: number; readonly needed: number; readonly fork: boolean }
  | { readonly type: 'reject'; readonly pubkey: Hex; readonly inputHash: Hex; readonly reason: RejectReason }
  /** `outputs`: what this ledger agreed on of the run before it. */
  | { readonly type: 'commit'; readonly closing: Closing; readonly outputs: readonly DeliveredOutput[] }
  | { readonly type: 'adopt'; readonly after: number; readonly entries: readonly (LedgerEntry | Closing)[] }
  | { readonly type: 'accept'; readonly ledger: Ledger; readonly inputs: readonly { readonly pubkey: Hex; readonly inputHash: Hex }[] }
  | { readonly type: 'deliver'; readonly ledger: Ledger; readonly outputs: readonly DeliveredOutput[]; readonly signatures: readonly (readonly [Hex, Hex])[] }
  | { readonly type: 'ledgerCreated'; readonly ledger: Ledger }
  | { readonly type: 'applyPatch'; readonly patchHash: Hex; readonly afterSync: boolean }
  | { readonly type: 'run'; readonly ledger: Ledger; readonly users: readonly RunInputs[] }
  | { readonly type: 'sync'; readonly targets: SyncTargets }
  | { readonly type: 'requestClosing'; readonly from: Hex; readonly after: Ledger }
  | { readonly type: 'requestInputs'; readonly from: Hex; readonly inputs: readonly Hex[] }
  | { readonly type: 'sendInputs'; readonly to: Hex; readonly inputs: readonly SignedInput[] }
  | { readonly type: 'timeConfig'; readonly roundTime: number; readonly stageSlice: number }
  | { readonly type: 'stopped' };

export interface DeliveredOutput extends UserOutput {
  readonly outputHash: Hex;
  readonly hashTree: HashTree;
}

/** Where a node stands when its process starts. */
export interface ConsensusBoot {
  readonly last: Ledger;
  readonly stateHash: Hex;
  readonly patchHash: Hex;
  /** The last ledgers, as many as `rememberedLedgers` says: their inputs are done. */
  readonly recent: readonly LedgerEntry[];
  /** Outputs of the last completed run, not yet in a ledger. */
  readonly outputs: readonly UserOutput[];
  /** The last run changed the patch, and no ledger has agreed on it yet; null if it breaks a rule. */
  readonly pendingPatch?: ConsensusPatch | null;
  /** The last ledger's run was not completed: it is done first. */
  readonly pendingRun?: readonly RunInputs[];
}

/** What the rest of a node wants to know of its consensus. */
export interface ConsensusView {
  readonly last: Ledger;
  readonly status: VoteStatus;
  readonly unl: readonly Hex[];
  readonly threshold: number;
  readonly roundTime: number;
  readonly timeConfig: number;
  readonly eager: boolean;
}

/** What consensus needs from outside and must not reach for itself. */
export interface ConsensusDeps {
  readonly sign: (message: Uint8Array) => Hex;
  readonly verify: (message: Uint8Array, signature: Hex, pubkey: Hex) => boolean;
  readonly randomBytes: (size: number) => Uint8Array;
}
