import * as v from 'valibot';
import { MOST_INPUTS, MOST_USERS } from './consensus/bounds';
import type { Closing, LedgerEntry } from './consensus/types';
import type { Proposal, ProposalBody } from './consensus/proposal';
import type { SignedInput } from '../hotpocket/inputs';

/**
 * Shapes of what comes from peers and from disk. Neither is trusted: a value that does not fit is refused before
 * anything looks at it. Lists have bounds, so that no message makes a node allocate without limit.
 */
const MAX_SIGNERS = 1_024;

const hexOf = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)));
const hexOrNothing = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^([0-9a-f]{${bytes * 2}})?$`)));
export const integer = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const hash = hexOf(32);
export const publicKey = v.pipe(v.string(), v.regex(/^ed[0-9a-f]{64}$/));
export const signature = hexOf(64);
const orderedHash = hexOf(40);
export const bytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
export const list = <S extends v.GenericSchema>(item: S, max: number) => v.pipe(v.array(item), v.maxLength(max));

export const inputHashes = list(orderedHash, MOST_INPUTS);
export const userKeys = list(publicKey, MOST_USERS);

const signedInput = v.object({
  pubkey: publicKey,
  protocol: v.picklist(['json', 'bson']),
  container: bytes,
  signature,
}) satisfies v.GenericSchema<unknown, SignedInput>;
export const signedInputs = list(signedInput, MOST_INPUTS);

const shard = v.object({ seqNo: integer, hash });

const proposalFields = {
  stage: v.picklist([0, 1, 2, 3]),
  time: integer,
  timeConfig: integer,
  nodeNonce: hash,
  groupNonce: hexOrNothing(32),
  users: userKeys,
  inputs: inputHashes,
  outputHash: hash,
  outputSignature: hexOrNothing(64),
  stateHash: hash,
  patchHash: hash,
  lastLedgerSeqNo: integer,
  primaryShard: shard,
  rawShard: shard,
};
const proposalBody = v.object(proposalFields) satisfies v.GenericSchema<unknown, ProposalBody>;
export const proposal = v.object({ ...proposalFields, pubkey: publicKey, signature }) satisfies v.GenericSchema<unknown, Proposal>;

const ledger = v.object({
  seqNo: integer, time: integer, hash, prevHash: hash, dataHash: hash, stateHash: hash, configHash: hash,
  nonce: hexOrNothing(32), userHash: hash, inputHash: hash, outputHash: hash,
});

const entryFields = { ledger, users: userKeys, inputs: inputHashes };
export const ledgerEntry = v.object(entryFields) satisfies v.GenericSchema<unknown, LedgerEntry>;

export const proof = v.object({ proposal: proposalBody, signatures: list(v.tuple([publicKey, signature]), MAX_SIGNERS) });
export const closing = v.object({ ...entryFields, proof, bodies: signedInputs }) satisfies v.GenericSchema<unknown, Closing>;
