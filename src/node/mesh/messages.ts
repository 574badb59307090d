import { BSON } from 'bson';
import * as v from 'valibot';
import { bytes, closing, hash, inputHashes, integer, ledgerEntry, list, proposal, publicKey, signature, signedInputs, userKeys } from '../schemas';
import { toBson } from '../../hotpocket/bson';
import type { SignedInput } from '../../hotpocket/inputs';
import type { Proposal } from '../consensus/proposal';

/**
 * Messages of the peer link, version 1: BSON documents back to back on a TLS connection (BSON carries its own length).
 * The first document each way is `hello`. Keys and hashes are lower-case hex, contents are binary.
 */
export const PEER_PROTOCOL_VERSION = 1;

const host = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,253}$/));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff));

const messages = [
  /** Who is there: the signature covers the TLS session's exported secret, so it can't be replayed or relayed. */
  v.object({ type: v.literal('hello'), version: integer, contractId: v.string(), pubkey: publicKey, timeConfig: integer, fullHistory: v.boolean(), port: integer, signature }),
  v.object({ type: v.literal('proposal'), createdOn: integer, proposal }),
  /** Connected users and new inputs; `users` may be empty. */
  v.object({ type: v.literal('nup'), createdOn: integer, users: userKeys, inputs: signedInputs }),
  /** One NPL message of a contract run on top of the named ledger. Signed by its sender over npl.ts's text. */
  v.object({ type: v.literal('npl'), createdOn: integer, pubkey: publicKey, ledgerSeqNo: integer, ledgerHash: hash, data: bytes, signature }),
  /** Whether the sender is weakly connected, so that what others say has to be passed on to it. */
  v.object({ type: v.literal('requirement'), forwarding: v.boolean() }),
  /** How many more connections the sender has room for; sent by those who limit them. */
  v.object({ type: v.literal('capacity'), available: integer }),
  v.object({ type: v.literal('peerListRequest') }),
  /** Other nodes that the sender is connected with. `capacity` is absent if it is not limited. */
  v.object({ type: v.literal('peerList'), peers: list(v.object({ host, port, capacity: v.optional(integer) }), 256) }),
  /** Asks for inputs that the receiver proposed; answered by `inputs`. */
  v.object({ type: v.literal('inputRequest'), inputs: inputHashes }),
  v.object({ type: v.literal('inputs'), inputs: signedInputs }),
  /** Asks for the ledger after the given one, with its proof; answered by `closing`, or not at all. */
  v.object({ type: v.literal('closingRequest'), seqNo: integer, hash }),
  v.object({ type: v.literal('closing'), closing }),
  /** Asks for the ledgers up to a primary shard's hash. */
  v.object({ type: v.literal('ledgerRequest'), target: hash, targetSeqNo: integer, locator: list(v.object({ seqNo: integer, hash }), 256) }),
  v.object({ type: v.literal('ledgerResponse'), target: hash, after: integer, entries: list(ledgerEntry, 1_000), base: v.optional(v.boolean()), closing: v.optional(closing) }),
  v.object({ type: v.literal('patchRequest'), hash }),
  v.object({ type: v.literal('patch'), hash, content: bytes }),
  /** Asks for the list of a state's files (state/manifest.ts) from byte `from` on. `total` is the length of the whole list. */
  v.object({ type: v.literal('manifestRequest'), hash, from: integer }),
  v.object({ type: v.literal('manifest'), hash, from: integer, total: integer, content: bytes }),
  v.object({ type: v.literal('blockRequest'), hash }),
  v.object({ type: v.literal('block'), hash, content: bytes }),
] as const;

const schema = v.variant('type', [...messages]);

export type PeerMessage = v.InferOutput<typeof schema>;
export type PeerMessageOf<T extends PeerMessage['type']> = Extract<PeerMessage, { type: T }>;

/** Bytes of inputs in one message: far below what a peer takes, however large the last of them is. */
const MOST_INPUT_BYTES = 4 * 1024 * 1024;

/** Inputs as so many messages as they take; one, if there are none. */
export function inBatches(inputs: readonly SignedInput[]): SignedInput[][] {
  const batches: SignedInput[][] = [[]];
  let bytes = 0;
  for (const input of inputs) {
    if (bytes > MOST_INPUT_BYTES) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(input);
    bytes += input.container.length;
  }
  return batches;
}

export function encodeMessage(message: PeerMessage): Buffer {
  return toBson(message, { ignoreUndefined: true });
}

/** Undefined for anything that is not a message of this version. */
export function decodeMessage(document: Uint8Array): PeerMessage | undefined {
  try {
    const result = v.safeParse(schema, BSON.deserialize(document, { promoteBuffers: true }));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

/** What goes to everybody, and from node to node. `createdOn` is the time at which its author sent it, in ms. */
export type Announcement = PeerMessageOf<'proposal' | 'nup' | 'npl'>;
type Unstamped<M> = M extends unknown ? Omit<M, 'createdOn'> : never;
export type NewAnnouncement = Unstamped<Announcement>;

export const proposalMessage = (p: Proposal): NewAnnouncement => ({ type: 'proposal', proposal: { ...p, users: [...p.users], inputs: [...p.inputs], primaryShard: { ...p.primaryShard }, rawShard: { ...p.rawShard } } });
