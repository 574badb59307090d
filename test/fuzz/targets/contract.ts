import fc from 'fast-check';
import { deepStrictEqual, strictEqual } from 'node:assert';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { encodeContractOutput, encodeReadResponse } from '../../../src/hotpocket/protocol/serverMessages';
import { parseServerMessage } from '../../../src/hotpocket/protocol/parseServerMessages';
import { ZERO_HASH } from '../../../src/hotpocket/hash';
import { NplRouter } from '../../../src/node/contract/npl';
import { OutputFrames } from '../../../src/node/contract/outputFrames';
import { carryOutControl } from '../../../src/node/meshSetup';
import { hostileBytes } from '../bytes';
import { memberKeys } from '../insideNode';
import { target, type FuzzTarget } from '../target';
import { hostileJson } from '../values';

// What a contract writes to its descriptors.

const framed = (...messages: (string | Buffer)[]): Buffer => Buffer.concat(messages.flatMap((message) => {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(Buffer.byteLength(message));
  return [header, Buffer.from(message)];
}));

interface Written {
  readonly bytes: Buffer;
  /** Where the pipe parts it. */
  readonly cuts: readonly number[];
  readonly limit: number;
}

/** What the frames are that come whole and within the limit, by the plain rule. */
function expected(bytes: Buffer, limit: number): Buffer[] {
  const taken = limit === 0 ? bytes : bytes.subarray(0, limit);
  const messages: Buffer[] = [];
  for (let at = 0; at + 4 <= taken.length; ) {
    const end = at + 4 + taken.readUInt32BE(at);
    if (end > taken.length) break;
    messages.push(taken.subarray(at + 4, end));
    at = end;
  }
  return messages;
}

const outputFrames = target<Written>({
  name: "contract's output to users",
  share: 0.04,
  messages: fc.record({
    bytes: hostileBytes([framed('hello'), framed('', 'a', '{"type":"x","n":1}'), framed(Buffer.alloc(3000, 9), 'b'), Buffer.from('no frame')]),
    cuts: fc.array(fc.nat(4000), { maxLength: 5 }),
    limit: fc.constantFrom(0, 1, 4, 10, 100, 5000),
  }),
  open: () => ({
    take: ({ bytes, cuts, limit }) => {
      const frames = new OutputFrames(limit);
      const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      for (const [i, from] of places.slice(0, -1).entries()) frames.push(bytes.subarray(from, places[i + 1]));
      const wanted = expected(bytes, limit);
      deepStrictEqual(frames.messages, wanted);
      strictEqual(frames.exceeded, limit > 0 && bytes.length > limit);
      // Whatever it was, users can read what is made of it.
      for (const message of frames.messages) {
        for (const protocol of ['json', 'bson'] as const) {
          strictEqual(parseServerMessage(protocol, encodeReadResponse(protocol, 'r', message))?.type, 'readResponse');
          const output = { ledgerSeqNo: 1, ledgerHash: ZERO_HASH, messages: [message], outputHash: ZERO_HASH, hashTree: [], unlSignatures: [] };
          strictEqual(parseServerMessage(protocol, encodeContractOutput(protocol, output))?.type, 'output');
        }
      }
      return frames.exceeded || frames.truncated ? 'refused' : 'accepted';
    },
  }),
});

const changeset = { type: 'peer_changeset', add: ['127.0.0.1:22861', 'host:1'], remove: ['10.0.0.1:65535'] };

const control = target<Buffer>({
  name: "contract's control messages",
  share: 0.04,
  messages: fc.oneof(hostileBytes([changeset, { ...changeset, remove: '*' }].map((one) => Buffer.from(JSON.stringify(one)))), hostileJson([changeset])),
  open: () => ({
    take: (message) => {
      const said: string[] = [];
      let changed = false;
      const mesh = {
        changeKnown: (add: readonly string[], remove: readonly string[] | '*') => {
          changed = true;
          const all = remove === '*' ? add : [...add, ...remove];
          if (!all.every((address) => /^[^:]+:\d+$/.test(address))) throw new Error(`Addresses that are none: ${all.join()}`);
        },
      };
      carryOutControl(message.toString(), mesh, false, { wrn: (line) => said.push(line), err: (line) => said.push(line) });
      strictEqual(changed && said.length > 0, false);
      return changed ? 'accepted' : 'refused';
    },
  }),
});

const npl = target<Buffer>({
  name: "contract's NPL messages",
  share: 0.01,
  messages: hostileBytes([Buffer.from('npl'), Buffer.alloc(2000, 1)]),
  open: () => {
    const own = generateKeyPair();
    const got: Uint8Array[] = [];
    const process = { deliverNpl: (_sender: string, data: Uint8Array) => void got.push(data) };
    const router = new NplRouter(own, () => true, (key) => key === own.publicKey || memberKeys.some(({ publicKey }) => publicKey === key), () => undefined);
    router.begin({ seqNo: 1, hash: ZERO_HASH }, process as unknown as Parameters<NplRouter['begin']>[1]);
    return {
      take: (packet) => {
        const message = router.outgoing(packet);
        if (!message || !router.incoming(message)) throw new Error('What was sent did not arrive.');
        deepStrictEqual(got.splice(0), [packet, packet]);
        return 'accepted';
      },
    };
  },
});

export const contract: readonly FuzzTarget[] = [outputFrames, control, npl];
