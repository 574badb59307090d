import { Binary, deserialize, serialize } from 'bson';
import fc, { type Arbitrary } from 'fast-check';
import type { UserProtocol } from '../../../src/hotpocket/inputs';
import { generateKeyPair, sign, type KeyPair } from '../../../src/hotpocket/keys';
import { parseUserMessage } from '../../../src/hotpocket/protocol/userMessages';
import { recordedFrames } from '../../support/recordedFrames';
import { hostileBytes } from '../bytes';
import { InsideNode, type InsideSocket } from '../insideNode';
import { target, type FuzzTarget, type Verdict } from '../target';
import { hostileCopies, hostileJson } from '../values';

/** Faults that only show in what a user signed, so with a signature that is right. */
export interface Signed { readonly container: Buffer }
export type UserSays = Buffer | Signed;

const sent = (protocol: UserProtocol): Buffer[] => recordedFrames(protocol).filter(({ dir, bytes }) => dir === 'send' && !bytes.includes('user_challenge')).map(({ bytes }) => bytes);

/** Documents that bson takes; what it can't write is noise. */
const bsonOf = (values: Arbitrary<unknown>): Arbitrary<Buffer> => values.map((value) => {
  try {
    return Buffer.from(serialize(value as object));
  } catch {
    return Buffer.from('not a document');
  }
});

export const containers: Readonly<Record<UserProtocol, readonly object[]>> = {
  json: [{ input: 'x', nonce: 5, max_ledger_seq_no: 9 }, { input: '{"a":1}', nonce: 1, max_ledger_seq_no: 3 }],
  bson: [{ input: new Binary(Buffer.from('x')), nonce: 5, max_ledger_seq_no: 9 }, { input: new Binary(Buffer.alloc(300, 7)), nonce: 1, max_ledger_seq_no: 3 }],
};

const written = (protocol: UserProtocol, values: readonly object[]): Buffer[] =>
  values.map((value) => (protocol === 'json' ? Buffer.from(JSON.stringify(value)) : Buffer.from(serialize(value))));

/** What users say once they are let in. */
export function userMessages(protocol: UserProtocol): Arbitrary<UserSays> {
  const corpus = sent(protocol);
  const documents = corpus.map((bytes) => (protocol === 'json' ? (JSON.parse(bytes.toString()) as unknown) : deserialize(bytes, { promoteValues: false })));
  const values = protocol === 'json' ? hostileJson(documents) : bsonOf(hostileCopies(documents, fc.constant(new Binary(Buffer.alloc(64, 1)))));
  const signed = fc.oneof(hostileBytes(written(protocol, containers[protocol])), protocol === 'json' ? hostileJson(containers.json) : bsonOf(hostileCopies(containers.bson)));
  return fc.oneof(
    { weight: 4, arbitrary: hostileBytes(corpus) },
    { weight: 4, arbitrary: values },
    { weight: 1, arbitrary: signed.map((container): Signed => ({ container })) },
  );
}

/** The bytes of a message of that user. */
export function spoken(says: UserSays, protocol: UserProtocol, { privateKey }: KeyPair): Buffer {
  if (says instanceof Uint8Array) return says;
  const signature = sign(says.container, privateKey);
  return protocol === 'json'
    ? Buffer.from(JSON.stringify({ type: 'contract_input', input_container: says.container.toString(), sig: signature }))
    : Buffer.from(serialize({ type: 'contract_input', input_container: new Binary(says.container), sig: new Binary(Buffer.from(signature, 'hex')) }));
}

export const showSaid = (says: UserSays): string => {
  const bytes = says instanceof Uint8Array ? says : says.container;
  return `${says === bytes ? '' : 'signed container: '}${JSON.stringify(bytes.toString())}\n${bytes.toString('hex')}`;
};

/** Proves a key as clients do; a server challenge is left out. */
export function answerTo(challenge: Buffer, { publicKey, privateKey }: KeyPair, protocol: UserProtocol): Buffer {
  const { challenge: text } = JSON.parse(challenge.toString()) as { challenge: string };
  return Buffer.from(JSON.stringify({ type: 'user_challenge_response', sig: sign(Buffer.from(text), privateKey), pubkey: publicKey, protocol }));
}

const isRejection = (frame: Buffer): boolean => frame.includes('rejected');

function inSession(protocol: UserProtocol): FuzzTarget {
  return target<UserSays>({
    name: `user port ${protocol.toUpperCase()}`,
    share: 0.15,
    messages: userMessages(protocol),
    show: showSaid,
    open: async () => {
      const node = await InsideNode.start();
      const keys = generateKeyPair();
      const socket = node.user();
      socket.emit('message', answerTo(socket.received[0] ?? Buffer.alloc(0), keys, protocol));
      return {
        take: (says) => {
          const bytes = spoken(says, protocol, keys);
          socket.received = [];
          socket.emit('message', bytes);
          node.moveOn();
          if (!socket.isOpen) throw new Error('The session ended.');
          const parsed = parseUserMessage(protocol, bytes);
          return 'error' in parsed || parsed.type === 'unanswered' || socket.received.some(isRejection) ? 'refused' : 'accepted';
        },
        check: () => requireAnswer(socket, protocol),
        close: () => node.stop(),
      };
    },
  });
}

function requireAnswer(socket: InsideSocket, protocol: UserProtocol): void {
  socket.received = [];
  socket.emit('message', protocol === 'json' ? Buffer.from('{"type":"lcl"}') : Buffer.from(serialize({ type: 'lcl' })));
  if (!socket.received.some((frame) => frame.includes('lcl_response'))) throw new Error('The node does not answer any more.');
}

/** Several messages from the first on: in whatever state a session is. `proves`: the right answer to the challenge comes before that one. */
interface Greeting { readonly proves: number | undefined; readonly messages: readonly Buffer[] }

const responses = recordedFrames('json').filter(({ bytes }) => bytes.includes('user_challenge_response')).map(({ bytes }) => bytes);
const greeting: Arbitrary<Greeting> = fc.record({
  proves: fc.option(fc.nat(2), { nil: undefined, freq: 3 }),
  messages: fc.array(fc.oneof(hostileBytes([...responses, ...sent('json')]), hostileJson(responses.map((bytes) => JSON.parse(bytes.toString()) as unknown))), { minLength: 1, maxLength: 3 }),
});

const handshake = target<Greeting>({
  name: 'user port handshake',
  share: 0.04,
  messages: greeting,
  show: ({ proves, messages }) => `${proves === undefined ? 'no proof' : `proof before message ${proves + 1}`}\n${messages.map(showSaid).join('\n')}`,
  open: async () => {
    const node = await InsideNode.start();
    const keys = generateKeyPair();
    const greet = ({ proves, messages }: Greeting): Verdict => {
      const socket = node.user();
      const [challenge] = socket.received;
      if (!challenge) throw new Error('A user was not greeted.');
      for (const [i, message] of messages.entries()) {
        if (i === proves && socket.isOpen) socket.emit('message', answerTo(challenge, keys, 'json'));
        if (socket.isOpen) socket.emit('message', message);
      }
      // Nobody is let in without proof, and whoever proves his key at once is.
      if (socket.isOpen && (proves === undefined || proves > 0)) throw new Error('Somebody was let in.');
      if (!socket.isOpen && proves === 0) throw new Error('Somebody was thrown out.');
      const verdict = socket.isOpen ? 'accepted' : 'refused';
      socket.terminate();
      node.moveOn();
      return verdict;
    };
    return { take: greet, close: () => node.stop() };
  },
});

export const userPort: readonly FuzzTarget[] = [inSession('json'), inSession('bson'), handshake];
