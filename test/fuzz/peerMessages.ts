import { BSON } from 'bson';
import fc, { type Arbitrary } from 'fast-check';
import { be64, blake3, fromHex, ZERO_HASH } from '../../src/hotpocket/hash';
import { generateKeyPair, sign, type KeyPair } from '../../src/hotpocket/keys';
import { GENESIS, makeLedger, primaryShardId } from '../../src/hotpocket/ledger';
import { makeClosing } from '../../src/node/consensus/closing';
import { rootHashBytes } from '../../src/node/consensus/proposal';
import { decodeMessage, encodeMessage, type PeerMessage } from '../../src/node/mesh/messages';
import { encodeManifest } from '../../src/node/state/manifest';
import { input, proposal } from '../unit/node/support/proposals';
import { hostileBytes } from './bytes';
import { helloOf, memberKeys } from './insideNode';
import { hostileCopies } from './values';

// Every message of the peer link, and what comes of it.

/** Of the clock of `InsideNode`. */
const NOW = 1_700_000_000_000;
const [first, second, third] = memberKeys as [KeyPair, KeyPair, KeyPair];
const stranger = generateKeyPair();

function corpus(): readonly PeerMessage[] {
  const inputs = [input(1), input(2)];
  const signed = inputs.map((one) => ({ ...one.signed }));
  const list = inputs.map(({ orderedHash }) => orderedHash).sort();
  const stage3 = memberKeys.map((keys) => proposal({ stage: 3, time: NOW, keys, inputs: list, users: [signed[0]!.pubkey], stateHash: ZERO_HASH }));
  const closing = makeClosing(GENESIS, stage3 as [typeof stage3[0]], inputs);
  const { proof: _, bodies: __, ...entry } = closing;
  const ledger = makeLedger(GENESIS, { time: 1, stateHash: ZERO_HASH, configHash: ZERO_HASH, nonce: '', users: [], inputHashes: [], outputHash: ZERO_HASH });
  const shard = primaryShardId(closing.ledger);
  const manifest = encodeManifest({ hash: ZERO_HASH, entries: [{ path: '', type: 'dir', mode: 0o40755 }, { path: 'a', type: 'file', mode: 0o100644, size: 3, blocks: [ZERO_HASH] }] });
  const messages: readonly object[] = [
    helloOf(stranger, Buffer.alloc(32, 7), 'dialler'),
    ...[0, 1, 2, 3].map((stage) => ({ type: 'proposal', createdOn: NOW, proposal: proposal({ stage: stage as 0, time: NOW, keys: [first, second, third, first][stage]!, inputs: list }) })),
    ...stage3.map((one) => ({ type: 'proposal', createdOn: NOW, proposal: one })),
    { type: 'nup', createdOn: NOW, users: [signed[0]!.pubkey], inputs: signed },
    { type: 'npl', createdOn: NOW, pubkey: first.publicKey, ledgerSeqNo: 1, ledgerHash: closing.ledger.hash, data: Buffer.from('npl'), signature: 'ab'.repeat(64) },
    { type: 'requirement', forwarding: true },
    { type: 'capacity', available: 3 },
    { type: 'peerListRequest' },
    { type: 'peerList', peers: [{ host: '127.0.0.1', port: 9 }, { host: 'localhost', port: 9, capacity: 0 }] },
    { type: 'inputRequest', inputs: list },
    { type: 'inputs', inputs: signed },
    { type: 'closingRequest', seqNo: 0, hash: ZERO_HASH },
    { type: 'closing', closing },
    { type: 'ledgerRequest', target: shard.hash, targetSeqNo: 1, locator: [{ seqNo: 0, hash: ZERO_HASH }] },
    { type: 'ledgerResponse', target: shard.hash, after: 0, entries: [entry], base: true, closing },
    { type: 'ledgerResponse', target: shard.hash, after: 0, entries: [{ ledger, users: [], inputs: [] }] },
    { type: 'patchRequest', hash: ZERO_HASH },
    { type: 'patch', hash: ZERO_HASH, content: Buffer.from('{}') },
    { type: 'manifestRequest', hash: ZERO_HASH, from: 0 },
    { type: 'manifest', hash: ZERO_HASH, from: 0, total: manifest.length, content: manifest },
    { type: 'blockRequest', hash: ZERO_HASH },
    { type: 'block', hash: ZERO_HASH, content: Buffer.from('block') },
  ];
  return messages as readonly PeerMessage[];
}

/** As plain values, which is what comes out of BSON. */
export const peerCorpus: readonly Buffer[] = corpus().map((message) => encodeMessage(message));
const plain = peerCorpus.map((bytes) => BSON.deserialize(bytes, { promoteBuffers: true }) as unknown);

/** What members of the UNL say, they sign, however wrong it is; what is no message needs no signature. */
export function signedBy(document: Buffer, keys: readonly KeyPair[]): Buffer {
  const message = decodeMessage(document);
  const keyOf = (pubkey: string): KeyPair | undefined => keys.find(({ publicKey }) => publicKey === pubkey);
  switch (message?.type) {
    case 'proposal': {
      const { proposal: body } = message;
      const key = keyOf(body.pubkey);
      return key ? encodeMessage({ ...message, proposal: { ...body, signature: sign(rootHashBytes(body), key.privateKey) } }) : document;
    }
    case 'npl': {
      const key = keyOf(message.pubkey);
      const text = blake3(message.data, be64(message.ledgerSeqNo), fromHex(message.ledgerHash));
      return key ? encodeMessage({ ...message, signature: sign(text, key.privateKey) }) : document;
    }
    case 'closing': case 'ledgerResponse': {
      const { closing } = message;
      if (!closing) return document;
      const root = rootHashBytes(closing.proof.proposal);
      const signatures = keys.map(({ publicKey, privateKey }): [string, string] => [publicKey, sign(root, privateKey)]);
      return encodeMessage({ ...message, closing: { ...closing, proof: { ...closing.proof, signatures } } });
    }
    default: return document;
  }
}

const written = (value: unknown): Buffer => {
  try {
    return Buffer.from(BSON.serialize(value as object, { ignoreUndefined: true }));
  } catch {
    return Buffer.from('not a document');
  }
};

/** Documents of peers; those of UNL members are signed by them. */
export const peerMessages: Arbitrary<Buffer> = fc.oneof(
  { weight: 1, arbitrary: hostileBytes(peerCorpus) },
  { weight: 2, arbitrary: fc.tuple(hostileCopies(plain), fc.boolean()).map(([value, signs]) => (signs ? signedBy(written(value), memberKeys) : written(value))) },
);
