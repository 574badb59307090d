import { be32, be64, blake3, fromHex, toHex, type Hex } from '../../hotpocket/hash';
import type { Stage } from '../../hotpocket/grid';
import type { ShardId } from '../../hotpocket/ledger';

/** What a node proposes at a stage (reference 3.4). Lists are sorted and without duplicates. */
export interface ProposalBody {
  readonly stage: Stage;
  /** Start of the round in ms. */
  readonly time: number;
  readonly timeConfig: number;
  /** Fresh in stage 0, the same value through the round. Not signed. */
  readonly nodeNonce: Hex;
  /** Set in stage 3 only, else ''. */
  readonly groupNonce: Hex;
  readonly users: readonly Hex[];
  /** Ordered hashes (src/hotpocket/inputs.ts). */
  readonly inputs: readonly Hex[];
  readonly outputHash: Hex;
  /** The proposer's signature of its output hash; '' where it has none to give. */
  readonly outputSignature: Hex;
  readonly stateHash: Hex;
  readonly patchHash: Hex;
  /** The last ledger of the proposer: its number, and the id of the shard that ends with it. */
  readonly lastLedgerSeqNo: number;
  readonly primaryShard: ShardId;
  readonly rawShard: ShardId;
}

export interface Proposal extends ProposalBody {
  readonly pubkey: Hex;
  /** Over the root hash. */
  readonly signature: Hex;
}

/** The hash that is signed, and by which stage-3 proposals are grouped when a ledger closes. */
export function rootHash(p: ProposalBody): Hex {
  return toHex(rootHashBytes(p));
}

export function rootHashBytes(p: ProposalBody): Buffer {
  const known = rootHashes.get(p);
  if (known) return known;
  const hash = blake3(
    Buffer.of(p.stage), be64(p.time), be32(p.timeConfig), fromHex(p.groupNonce),
    fromHex(p.users.join('')), fromHex(p.inputs.join('')),
    fromHex(p.outputHash), fromHex(p.outputSignature), fromHex(p.stateHash), fromHex(p.patchHash),
    be64(p.lastLedgerSeqNo), shardBytes(p.primaryShard), shardBytes(p.rawShard),
  );
  rootHashes.set(p, hash);
  return hash;
}

/** A proposal is hashed when it comes and at every attempt to close a ledger; it never changes. */
const rootHashes = new WeakMap<ProposalBody, Buffer>();

const shardBytes = (shard: ShardId): Buffer => Buffer.concat([be64(shard.seqNo), fromHex(shard.hash)]);

export const sameShard = (a: ShardId, b: ShardId): boolean => a.seqNo === b.seqNo && a.hash === b.hash;

export function signProposal(body: ProposalBody, pubkey: Hex, sign: (message: Uint8Array) => Hex): Proposal {
  const hash = rootHashBytes(body);
  const proposal = { ...body, pubkey, signature: sign(hash) };
  rootHashes.set(proposal, hash);
  return proposal;
}

/** Those whose signature was found right: a proposal is looked at where it arrives and by consensus, and never changes. */
const genuine = new WeakSet<Proposal>();

export function isSigned(proposal: Proposal, verify: (message: Uint8Array, signature: Hex, pubkey: Hex) => boolean): boolean {
  const signed = genuine.has(proposal) || verify(rootHashBytes(proposal), proposal.signature, proposal.pubkey);
  if (signed) genuine.add(proposal);
  return signed;
}
