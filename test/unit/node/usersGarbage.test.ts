import { Binary, Long, serialize } from 'bson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserProtocol } from '../../../src/hotpocket/inputs';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { mutated, randomBytes, randomGenerator } from '../../support/random';
import { openUserPort, RawUser, type TestPort } from '../../support/userPort';

const container = JSON.stringify({ input: 'x', nonce: 5, max_ledger_seq_no: 9 });
const messages: readonly object[] = [
  { type: 'stat' },
  { type: 'lcl' },
  { type: 'subscription', channel: 'ledger_event', enabled: true },
  { type: 'ledger_query', id: 'q', filter_by: 'seq_no', params: { seq_no: 3 }, include: ['inputs', 'outputs'] },
];
const seeds: Readonly<Record<UserProtocol, readonly Buffer[]>> = {
  json: [
    ...messages,
    { type: 'contract_input', input_container: container, sig: 'ab'.repeat(64) },
    { type: 'contract_read_request', id: '1', content: 'x' },
  ].map((message) => Buffer.from(JSON.stringify(message))),
  bson: [
    ...messages,
    { type: 'contract_input', input_container: new Binary(serialize({ input: new Binary(Buffer.from('x')), nonce: Long.fromNumber(5), max_ledger_seq_no: 9 })), sig: new Binary(Buffer.alloc(64, 0xab)) },
    { type: 'contract_read_request', id: '1', content: new Binary(Buffer.from('x')) },
  ].map((message) => Buffer.from(serialize(message))),
};

describe('a user port under garbage', () => {
  let port: TestPort;
  const unexpected: string[] = [];
  beforeAll(async () => {
    port = await openUserPort({
      handlers: {
        submit: ({ signature }, { nonce, maxLedgerSeqNo }) => {
          if (signature.length !== 128 || nonce < 1n || maxLedgerSeqNo < 0) unexpected.push(signature);
          return undefined;
        },
        query: (_pubkey, { seqNo }) => {
          if (!Number.isInteger(seqNo) || seqNo < 0) unexpected.push(String(seqNo));
          return 'exec_failure';
        },
      },
    });
  });
  afterAll(() => port.server.close());

  it.each(['json', 'bson'] as const)('of 1,000 messages in a %s session answers the good ones after it', async (protocol) => {
    const random = randomGenerator(protocol === 'json' ? 11 : 12);
    const user = await RawUser.connect(port.url, protocol);
    for (let i = 0; i < 1000; i++) {
      const kind = random(10);
      const good = seeds[protocol][random(seeds[protocol].length)]!;
      const bytes = kind === 0 ? randomBytes(random, random(200)) : kind === 1 ? seeds[protocol === 'json' ? 'bson' : 'json'][random(6)]! : mutated(random, good);
      user.socket.send(bytes, { binary: random(2) === 0 });
    }
    const last = { ...messages[3], id: 'the last one' };
    user.socket.send(protocol === 'json' ? JSON.stringify(last) : serialize(last));
    await expect.poll(() => user.frames.at(-1)?.data.includes('the last one')).toBe(true);
    expect(user.frames.filter((f) => f.data.includes('bad_msg_format')).length).toBeGreaterThan(300);
    expect(user.frames.every((f) => f.isBinary)).toBe(true);
    expect(unexpected).toEqual([]);
    expect(port.log.filter((line) => line.startsWith('err'))).toEqual([]);
    user.socket.terminate();
  });

  it('before authentication lets no one in, bans no one, and still serves', async () => {
    const random = randomGenerator(13);
    const response = { type: 'user_challenge_response', sig: 'ab'.repeat(64), pubkey: generateKeyPair().publicKey, protocol: 'json' };
    for (let i = 0; i < 40; i++) {
      const user = await RawUser.open(port.url);
      await user.next();
      user.socket.send(i % 4 === 0 ? randomBytes(random, random(300)) : mutated(random, Buffer.from(JSON.stringify(response))));
      await user.closed;
      expect(user.frames).toHaveLength(1);
    }
    const user = await RawUser.connect(port.url);
    user.say({ type: 'lcl' });
    expect(await user.nextJson()).toMatchObject({ type: 'lcl_response' });
  });

  it('below the WebSocket frames ends that connection only', async () => {
    const random = randomGenerator(14);
    const bystander = await RawUser.connect(port.url);
    for (let i = 0; i < 20; i++) {
      const user = await RawUser.connect(port.url);
      // A text or binary frame with reserved bits set, or unmasked, and noise behind it.
      const raw = (user.socket as unknown as { _socket: NodeJS.WritableStream })._socket;
      raw.write(Buffer.concat([Buffer.from([0xf1 + (i % 2), random(126)]), randomBytes(random, 50)]));
      expect((await user.closed).code).toBe(1002);
    }
    bystander.say({ type: 'stat' });
    expect(await bystander.nextJson()).toMatchObject({ type: 'stat_response' });
  });
});
