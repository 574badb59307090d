import { once } from 'node:events';
import { get } from 'node:https';
import { connect as connectTcp, createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { HotPocketError } from '../../../src/base/errors';
import { inputHash } from '../../../src/hotpocket/inputs';
import { generateKeyPair, sign, verify } from '../../../src/hotpocket/keys';
import { MOST_CONNECTIONS } from '../../../src/node/ports';
import { ManualClock } from '../../support/manualClock';
import { openUserPort, RawUser, type TestPort } from '../../support/userPort';

const open: TestPort[] = [];
async function port(...args: Parameters<typeof openUserPort>): Promise<TestPort> {
  const opened = await openUserPort(...args);
  open.push(opened);
  return opened;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((p) => p.server.close()));
});

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some((a) => a.address === '::1'));
const LCL = { type: 'lcl_response', ledger_seq_no: 0, ledger_hash: '00'.repeat(32) };

describe('the handshake', () => {
  it('starts with the challenge and proves both keys', async () => {
    const { url, keys, server } = await port();
    const user = await RawUser.open(url);
    const challenge = await user.next();
    expect(challenge.isBinary).toBe(true);
    expect(challenge.data.toString()).toMatch(/^\{"hp_version":"0.6.4","type":"user_challenge","contract_id":"a contract","contract_version":"1.0","challenge":"[0-9a-f]{32}"\}$/);

    const own = generateKeyPair();
    const text = (JSON.parse(challenge.data.toString()) as { challenge: string }).challenge;
    user.say({ type: 'user_challenge_response', sig: sign(Buffer.from(text), own.privateKey), pubkey: own.publicKey, protocol: 'json', server_challenge: 'cé' });
    const answer = await user.nextJson();
    expect(Object.keys(answer)).toEqual(['type', 'sig', 'pubkey', 'unl']);
    expect(verify(Buffer.from('céa contract1.0'), answer.sig as string, keys.publicKey)).toBe(true);
    expect(server.connectedUsers()).toEqual([own.publicKey]);
  });

  it('answers no server challenge when none was sent', async () => {
    const { url } = await port();
    const user = await RawUser.open(url);
    await user.authenticate(generateKeyPair());
    user.say({ type: 'lcl' });
    expect(await user.nextJson()).toEqual(LCL);
  });

  it('disconnects whoever signs wrongly or says something else', async () => {
    const { url, server } = await port();
    const attempts: ((user: RawUser, challenge: string) => unknown)[] = [
      (user) => user.say({ type: 'stat' }),
      (user) => user.socket.send('garbage'),
      (user) => user.socket.send(Buffer.alloc(0)),
      (user) => user.say({ type: 'user_challenge_response', sig: 'ab'.repeat(64), pubkey: generateKeyPair().publicKey, protocol: 'json' }),
      // The decoded bytes of the challenge are signed instead of its text.
      (user, challenge) => {
        const own = generateKeyPair();
        user.say({ type: 'user_challenge_response', sig: sign(Buffer.from(challenge, 'hex'), own.privateKey), pubkey: own.publicKey, protocol: 'json' });
      },
    ];
    for (const attempt of attempts) {
      const user = await RawUser.open(url);
      const { challenge } = await user.nextJson();
      attempt(user, challenge as string);
      expect((await user.closed).code).toBe(1006);
      expect(user.frames).toHaveLength(1);
    }
    expect(server.connectedUsers()).toEqual([]);
  });

  it('has a new challenge and the current contract version for every connection', async () => {
    const { url, server, keys } = await port();
    const before = await RawUser.open(url);
    server.updateContractVersion('2.0');
    const after = await RawUser.open(url);
    const [first, second] = [await before.nextJson(), await after.nextJson()];
    expect(first.challenge).not.toBe(second.challenge);
    expect([first.contract_version, second.contract_version]).toEqual(['1.0', '2.0']);
    // The proof is for the version that was told.
    const own = generateKeyPair();
    before.say({ type: 'user_challenge_response', sig: sign(Buffer.from(first.challenge as string), own.privateKey), pubkey: own.publicKey, protocol: 'json', server_challenge: 'x' });
    expect(verify(Buffer.from('xa contract1.0'), (await before.nextJson()).sig as string, keys.publicKey)).toBe(true);
  });

  it('may take five seconds', async () => {
    const clock = new ManualClock();
    const { url, log } = await port({ clock });
    const user = await RawUser.open(url);
    await user.next();
    clock.advance(4999);
    user.socket.ping();
    await once(user.socket, 'pong');
    clock.advance(1);
    expect((await user.closed).code).toBe(1006);
    expect(log).toContain('inf Session 127.0.0.1:in threshold exceeded. (type:4 limit:5000)');
    expect(clock.pending).toBe(0);
  });

  it('keeps a second connection with the same key out, which notices at its next message', async () => {
    const clock = new ManualClock();
    const events: string[] = [];
    const { url, server } = await port({ clock, handlers: { connected: (k) => void events.push(`+${k}`), disconnected: (k) => void events.push(`-${k}`) } });
    const keys = generateKeyPair();
    const first = await RawUser.connect(url, 'json', keys);
    const second = await RawUser.connect(url, 'json', keys);
    second.say({ type: 'lcl' });
    await second.closed;
    const third = await RawUser.connect(url, 'json', keys);
    clock.advance(5000);
    await third.closed;

    expect(server.connectedUsers()).toEqual([keys.publicKey]);
    first.say({ type: 'lcl' });
    expect(await first.nextJson()).toEqual(LCL);
    expect(events).toEqual([`+${keys.publicKey}`]);
    first.socket.terminate();
    await first.closed;
    await expect.poll(() => events).toEqual([`+${keys.publicKey}`, `-${keys.publicKey}`]);
    const again = await RawUser.connect(url, 'bson', keys);
    expect(server.connectedUsers()).toEqual([keys.publicKey]);
    again.socket.terminate();
  });

  it('registers 64 users and no more', async () => {
    const { url, server } = await port();
    await Promise.all(Array.from({ length: 64 }, () => RawUser.connect(url)));
    expect(server.connectedUsers()).toHaveLength(64);
    const late = await RawUser.connect(url);
    late.say({ type: 'lcl' });
    await late.closed;
    expect(server.connectedUsers()).toHaveLength(64);
  });
});

describe('the port', () => {
  it('takes text and binary frames in fragments alike, answers in binary ones, and answers pings', async () => {
    const { url } = await port();
    const user = await RawUser.connect(url);
    user.socket.send('{"type":"lcl"}');
    user.socket.send(Buffer.from('{"type":'), { fin: false });
    user.socket.send(Buffer.from('"lcl"}'), { fin: true });
    for (let i = 0; i < 2; i++) {
      const { data, isBinary } = await user.next();
      expect([JSON.parse(data.toString()), isBinary]).toEqual([LCL, true]);
    }
    // No UTF-8 check at the frame; the message is malformed then, and no more.
    user.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await user.nextJson()).toMatchObject({ reason: 'bad_msg_format' });
    user.socket.ping('hi');
    expect(String((await once(user.socket, 'pong'))[0])).toBe('hi');
  });

  it('chooses no subprotocol, and does not care for paths', async () => {
    const { url } = await port();
    await expect(RawUser.open(url, ['chat'])).rejects.toThrow('Server sent no subprotocol');
    const user = await RawUser.connect(`${url}/some/path?x=1`);
    expect(user.socket.extensions).toBe('');
    user.socket.close(4000, 'leaving');
    expect(await user.closed).toEqual({ code: 1000, reason: 'Bye!' });
  });

  it('closes on a message that is too large, by default above 5 MiB', async () => {
    const { url } = await port();
    const user = await RawUser.connect(url);
    user.socket.send(Buffer.alloc(5 * 1024 * 1024, 0x20));
    expect(await user.nextJson()).toMatchObject({ reason: 'bad_msg_format', input_hash: '' });
    user.socket.send(Buffer.alloc(5 * 1024 * 1024 + 1, 0x20));
    expect(await user.closed).toEqual({ code: 1002, reason: 'payload message exceeded maximum messagesize' });
    const small = await port({ config: { maxBytesPerMsg: 1000 } });
    const other = await RawUser.connect(small.url);
    other.socket.send(Buffer.alloc(1001));
    expect((await other.closed).code).toBe(1002);
  });

  it('has room for max_connections, authenticated or not', async () => {
    const { url } = await port({ config: { maxConnections: 2 } });
    const first = await RawUser.open(url);
    await RawUser.connect(url);
    const third = await RawUser.open(url);
    await third.closed;
    expect(third.frames).toEqual([]);
    first.socket.terminate();
    await first.closed;
    await expect.poll(async () => (await RawUser.connect(url).catch(() => undefined))?.frames.length).toBe(2);
  });

  it('has room for so many connections that a machine can bear them, whoever makes them', async () => {
    const { server } = await port();
    const sockets = Array.from({ length: MOST_CONNECTIONS + 10 }, () => connectTcp(server.port, '127.0.0.1').on('error', () => undefined));
    // Without a word from us: the others wait for the start of TLS.
    await expect.poll(() => sockets.filter(({ closed }) => closed).length).toBe(10);
    for (const socket of sockets) socket.destroy();
  });

  it('says so when it is taken, and leaves nothing open', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = (other.address() as AddressInfo).port;
    const error = await port({ port: taken }).catch((e: unknown) => e) as HotPocketError;
    expect(error).toBeInstanceOf(HotPocketError);
    expect(error.code).toBe('USER_PORT_FAILED');
    expect(error.message).toMatch(/^User hpws server creation failed\. EADDRINUSE Could not bind socket for listen\. Port: \d+$/);
    expect(error.message.endsWith(` ${taken}`)).toBe(true);
    other.close();
  });

  it.runIf(hasIpv6)('is one port on several addresses', async () => {
    const { server } = await port({ bind: ['127.0.0.1', '::1'] });
    for (const host of ['127.0.0.1', '[::1]']) await RawUser.connect(`wss://${host}:${server.port}`);
    expect(server.connectedUsers()).toHaveLength(2);
  });

  it('opens on the addresses that exist, and stays closed when it is told so', async () => {
    const { url } = await port({ bind: ['127.0.0.1', '2001:db8::7'] });
    await RawUser.connect(url);
    await expect(port({ bind: ['2001:db8::7'] })).rejects.toMatchObject({ code: 'USER_PORT_FAILED' });
    await expect(port({ tlsKey: 'no key' })).rejects.toMatchObject({ code: 'USER_PORT_FAILED' });
    const closed = await port({ port: 1, config: { listen: false } });
    expect(closed.server.port).toBe(1);
    expect(closed.server.connectedUsers()).toEqual([]);
  });

  it('survives what is no WebSocket at all', async () => {
    const { url, server, log } = await port();
    const plain = connectTcp(server.port, '127.0.0.1').end('GET / HTTP/1.1\r\n\r\n');
    plain.on('error', () => undefined);
    await once(plain, 'close');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      get(url.replace('wss', 'https'), { rejectUnauthorized: false }, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });
    expect(status).toBe(426);
    expect(log.filter((line) => line.startsWith('dbg Error in hpws accept()'))).not.toEqual([]);
    const user = await RawUser.connect(url);
    user.say({ type: 'lcl' });
    expect(await user.nextJson()).toEqual(LCL);
  });

  it('leaves no socket and no timer when it closes, and nothing that was sent is lost', async () => {
    const clock = new ManualClock();
    const { url, server } = await port({ clock, config: { idleTimeoutMs: 60_000 } });
    const keys = generateKeyPair();
    const user = await RawUser.connect(url, 'json', keys);
    const silent = await RawUser.open(url);
    const deaf = await RawUser.connect(url);
    deaf.socket.pause();
    const probe = connectTcp(server.port, '127.0.0.1');
    probe.on('error', () => undefined);
    await once(probe, 'connect');
    server.inputStatus(keys.publicKey, { status: 'accepted', inputHash: 'aa', ledgerSeqNo: 7, ledgerHash: 'bb' });
    await server.close();

    expect(clock.pending).toBe(0);
    expect(await user.closed).toEqual({ code: 1000, reason: 'Bye!' });
    expect(JSON.parse(user.frames.at(-1)!.data.toString())).toMatchObject({ status: 'accepted', ledger_seq_no: 7 });
    await silent.closed;
    deaf.socket.resume();
    await deaf.closed;
    await expect(RawUser.open(url)).rejects.toThrow('ECONNREFUSED');
    await server.close();
  });
});

describe('limits', () => {
  it('of bytes per minute end the session', async () => {
    const clock = new ManualClock();
    const { url, log } = await port({ clock, config: { maxBytesPerMin: 1000 } });
    const user = await RawUser.connect(url);
    const ask = async (bytes: number): Promise<void> => {
      user.socket.send(`{"type":"lcl"}`.padEnd(bytes));
      await user.nextJson();
    };
    await ask(600);
    clock.advance(60_000);
    await ask(1000);
    await expect(ask(14)).rejects.toThrow('disconnected');
    expect(log).toContainEqual(expect.stringMatching(/^inf Session [0-9a-f]{8}:in threshold exceeded\. \(type:0 limit:1000\)$/));
  });

  it('of bad messages count all that fail, rejected inputs too', async () => {
    const clock = new ManualClock();
    const keys = generateKeyPair();
    const { url, log } = await port({ clock, config: { maxBadMsgsPerMin: 4 }, handlers: { submit: () => 'nonce_expired' } });
    const user = await RawUser.connect(url, 'json', keys);
    for (let i = 0; i < 20; i++) user.say({ type: 'lcl' });
    user.say({ type: 'subscription', channel: 'health_event', enabled: true });
    user.say({ type: 'ledger_query' });
    user.say({ type: 'what' });
    user.submit(keys, '{"input":"x","nonce":1,"max_ledger_seq_no":9}');
    user.say({ type: 'stat' });
    for (let i = 0; i < 22; i++) await user.next();
    expect(await user.nextJson()).toMatchObject({ type: 'stat_response' });
    user.say({});
    await user.closed;
    expect(log).toContain(`inf Session ${keys.publicKey.slice(2, 10)}:in threshold exceeded. (type:3 limit:4)`);
  });

  it('of idle time count from the last message of either side', async () => {
    const clock = new ManualClock();
    const keys = generateKeyPair();
    const { url, server } = await port({ clock, config: { idleTimeoutMs: 30_000 } });
    const user = await RawUser.connect(url, 'json', keys);
    clock.advance(29_000);
    user.say({ type: 'lcl' });
    await user.next();
    clock.advance(29_000);
    server.inputStatus(keys.publicKey, { status: 'rejected', reason: 'bad_sig', inputHash: 'aa' });
    await user.next();
    clock.advance(29_999);
    expect(server.connectedUsers()).toHaveLength(1);
    clock.advance(1);
    await user.closed;
    await expect.poll(() => server.connectedUsers()).toEqual([]);
  });

  it('of unsent bytes end the session of a user who does not read', async () => {
    const keys = generateKeyPair();
    const { url, server, log } = await port();
    const user = await RawUser.connect(url, 'bson', keys);
    user.socket.pause();
    const output = {
      ledgerSeqNo: 1, ledgerHash: 'aa', messages: [Buffer.alloc(16 * 1024 * 1024)], outputHash: 'bb', hashTree: [null], unlSignatures: [],
    };
    for (let i = 0; i < 8; i++) server.output(keys.publicKey, output);
    await expect.poll(() => server.connectedUsers()).toEqual([]);
    expect(log).toContainEqual(expect.stringMatching(/^wrn Session [0-9a-f]{8}:in does not read: [\d.]+ MiB unsent\. Disconnecting\.$/));
    user.socket.terminate();
  });
});

describe('inputs', () => {
  it('go to the node with the exact bytes that were signed, and get every status', async () => {
    const keys = generateKeyPair();
    const seen: unknown[] = [];
    const { url, server } = await port({
      handlers: {
        submit: (input, container) => {
          seen.push({ input, container });
          return container.nonce === 1n ? undefined : 'already_submitted';
        },
      },
    });
    const user = await RawUser.connect(url, 'json', keys);
    const container = ' {"input":"é","nonce":1,"max_ledger_seq_no":9}';
    const signature = user.submit(keys, container);
    const second = user.submit(keys, '{"input":"é","nonce":2,"max_ledger_seq_no":9}');
    expect(await user.nextJson()).toEqual({ type: 'contract_input_status', status: 'rejected', reason: 'already_submitted', input_hash: inputHash(second) });
    expect(seen[0]).toEqual({
      input: { pubkey: keys.publicKey, protocol: 'json', container: Buffer.from(container), signature },
      container: { input: Buffer.from('é'), nonce: 1n, maxLedgerSeqNo: 9 },
    });
    server.inputStatus(keys.publicKey, { status: 'accepted', inputHash: inputHash(signature), ledgerSeqNo: 3, ledgerHash: 'cc' });
    expect(await user.nextJson()).toEqual({ type: 'contract_input_status', status: 'accepted', input_hash: inputHash(signature), ledger_seq_no: 3, ledger_hash: 'cc' });
    // The user can tell which input it was, although the container made no sense.
    const broken = user.submit(keys, '{"input":"x","nonce":0,"max_ledger_seq_no":9}');
    expect(await user.nextJson()).toEqual({ type: 'contract_input_status', status: 'rejected', reason: 'bad_msg_format', input_hash: inputHash(broken) });
    expect(seen).toHaveLength(2);
  });

  it('that make the node fail end neither node nor session', async () => {
    const keys = generateKeyPair();
    const { url, log } = await port({ handlers: { submit: () => { throw new Error('disk full'); } } });
    const user = await RawUser.connect(url, 'json', keys);
    user.submit(keys, '{"input":"x","nonce":1,"max_ledger_seq_no":9}');
    user.say({ type: 'lcl' });
    expect(await user.nextJson()).toEqual(LCL);
    expect(log).toContain(`err Session ${keys.publicKey.slice(2, 10)}:in: a message could not be handled: disk full`);
  });
});
