import { be64, blake3Hex, fromHex, toHex, type Hex } from './hash';

export type UserProtocol = 'json' | 'bson';

/** An input as its user signed it: the container's exact bytes are what the signature covers. */
export interface SignedInput {
  readonly pubkey: Hex;
  readonly protocol: UserProtocol;
  readonly container: Uint8Array;
  readonly signature: Hex;
}

/** What a container holds once parsed (reference 6.4). */
export interface InputContainer {
  readonly input: Uint8Array;
  /** At least 1. 64 bits in BSON, hence bigint. */
  readonly nonce: bigint;
  readonly maxLedgerSeqNo: number;
}

/** The hash that users see: b3 of the signature. */
export const inputHash = (signature: Hex): Hex => blake3Hex(fromHex(signature));

/** 40 bytes that identify an input and order a user's inputs: be64(nonce) || b3(signature). */
export const orderedHash = (nonce: bigint, signature: Hex): Hex => toHex(be64(nonce)) + inputHash(signature);

/** Why an input was refused (reference 3.8). */
export type RejectReason =
  | 'bad_msg_format' | 'invalid_msg_type' | 'bad_sig' | 'already_submitted' | 'nonce_expired'
  | 'max_ledger_expired' | 'max_ledger_offset_exceeded' | 'round_inputs_overflow';

export type VoteStatus = 'unknown' | 'unreliable' | 'desync' | 'synced';
