import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { asHotPocketError } from '../../../src/base/errors';
import { HotPocketClient, type ClientEvent, type ClientOptions } from '../../../src/client/client';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { challenge, openRawNode, serverProof, type RawNode } from '../../support/rawNode';
import { mutated, randomBytes, randomGenerator } from '../../support/random';
import { openUserPort, type TestPort } from '../../support/userPort';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function port(settings: Parameters<typeof openUserPort>[0] = {}): Promise<TestPort> {
  const opened = await openUserPort(settings);
  closers.push(() => opened.server.close());
  return opened;
}

async function rawNode(onConnection: (socket: WebSocket) => void, at = 0): Promise<RawNode> {
  const node = await openRawNode(onConnection, at);
  closers.push(() => node.close());
  return node;
}

function clientOf(url: string, options: Partial<ClientOptions> = {}): { client: HotPocketClient; events: ClientEvent[] } {
  const client = new HotPocketClient({ url, keys: generateKeyPair(), protocol: 'json', ...options });
  const events: ClientEvent[] = [];
  client.onEvent((event) => events.push(event));
  closers.push(() => client.close());
  return { client, events };
}

const types = (events: readonly ClientEvent[]): string[] => events.map(({ type }) => type);

describe('connecting', () => {
  it('fails in words where nothing listens', async () => {
    const { client } = clientOf('wss://localhost:1');
    await expect(client.connect()).rejects.toMatchObject({ code: 'CLIENT_CONNECT_FAILED', message: 'No connection to wss://localhost:1: nothing listens there.' });
    await expect(client.status()).rejects.toMatchObject({ code: 'CLIENT_DISCONNECTED' });
  });

  it('fails where something else listens', async () => {
    const server = await new Promise<Server>((resolve) => {
      const listening: Server = createServer((socket) => socket.on('error', () => undefined).resume().end('hello\n')).listen(0, '127.0.0.1', () => resolve(listening));
    });
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const { client } = clientOf(`wss://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await expect(client.connect()).rejects.toMatchObject({ code: 'CLIENT_CONNECT_FAILED' });
  });

  it.each([
    ['that says nothing', () => undefined, 'no handshake within 200 ms'],
    ['that greets otherwise', (socket: WebSocket) => socket.send('hello'), 'it is not the user port of a HotPocket node'],
    ['that proves nothing', (socket: WebSocket) => {
      socket.send(challenge);
      socket.on('message', () => socket.send(challenge));
    }, 'the node did not prove its key'],
    ['that proves something else', (socket: WebSocket) => {
      socket.send(challenge);
      socket.on('message', () => socket.send(serverProof(Buffer.from('{"server_challenge":"another"}'))));
    }, 'the node did not prove its key'],
    ['that leaves', (socket: WebSocket) => socket.close(1002, 'go away'), 'the node closed the connection (1002 go away)'],
  ])('fails at a node %s', async (_name, behaviour: (socket: WebSocket) => void, problem) => {
    const node = await rawNode(behaviour);
    // Only one of them has to be waited for.
    const { client } = clientOf(node.url, problem.includes('200 ms') ? { connectTimeoutMs: 200 } : {});
    await expect(client.connect()).rejects.toMatchObject({ code: 'CLIENT_CONNECT_FAILED', details: { problem } });
  });

  it('fails at a node with another key than expected', async () => {
    const { url, keys, server } = await port();
    const { client } = clientOf(url, { nodeKeys: [generateKeyPair().publicKey] });
    await expect(client.connect()).rejects.toMatchObject({ code: 'CLIENT_UNEXPECTED_NODE', details: { publicKey: keys.publicKey } });
    await expect.poll(() => server.connectedUsers()).toEqual([]);
  });

  it('says that the key is connected already, and leaves the other connection alone', async () => {
    const { url } = await port();
    const keys = generateKeyPair();
    const first = clientOf(url, { keys });
    await first.client.connect();
    const second = clientOf(url, { keys });
    await expect(second.client.connect()).rejects.toMatchObject({ code: 'CLIENT_KEY_IN_USE' });
    expect((await first.client.status()).hpVersion).toBe('0.6.4');
    expect(types(second.events)).toEqual([]);
  });

  it('ends at once when it is closed meanwhile', async () => {
    const node = await rawNode(() => undefined);
    const { client, events } = clientOf(node.url);
    const connecting = client.connect();
    const failed = expect(connecting).rejects.toMatchObject({ code: 'CLIENT_CONNECT_FAILED' });
    await new Promise((resolve) => setImmediate(resolve));
    await client.close();
    await failed;
    expect(events).toEqual([]);
  });
});

describe('a connection that ends', () => {
  it('fails what waits, and says so once', async () => {
    const { url, server } = await port({ handlers: { read: () => new Promise(() => undefined) } });
    const { client, events } = clientOf(url);
    await client.connect();
    const read = expect(client.readRequest('x')).rejects.toMatchObject({ code: 'CLIENT_DISCONNECTED' });
    const { status } = await client.submitInput('x');
    await server.close();
    expect(await status).toMatchObject({ status: 'failed', reason: 'disconnected' });
    await read;
    expect(types(events)).toEqual(['connected', 'disconnected']);
    expect(events[1]).toMatchObject({ retrying: false, error: { code: 'CLIENT_DISCONNECTED', details: { reason: 'the node closed the connection (1000 Bye!)' } } });
    await expect(client.submitInput('y')).rejects.toMatchObject({ code: 'CLIENT_DISCONNECTED' });
    expect(client.isConnected).toBe(false);
  });

  it('is not told when it was closed here, and leaves the node', async () => {
    const { url, server } = await port();
    const { client, events } = clientOf(url);
    await client.connect();
    const { status } = await client.submitInput('x');
    await client.close();
    expect(await status).toMatchObject({ status: 'failed' });
    expect(types(events)).toEqual(['connected']);
    await expect.poll(() => server.connectedUsers()).toEqual([]);
    await client.close();
  });

  it('comes back by itself where that is wanted, with its subscriptions', async () => {
    const first = await port();
    const { client, events } = clientOf(first.url, { reconnect: { everyMs: 20, forMs: 20_000 } });
    await client.connect();
    client.subscribe('ledger_event');
    await first.server.close();
    await expect.poll(() => types(events)).toEqual(['connected', 'disconnected']);
    await expect(client.status()).rejects.toMatchObject({ code: 'CLIENT_DISCONNECTED' });
    const second = await port({ port: Number(new URL(first.url).port) });
    await expect.poll(() => types(events)).toEqual(['connected', 'disconnected', 'connected']);
    await client.status();
    second.server.publish({ channel: 'ledger_event', event: 'vote_status', voteStatus: 'synced' });
    await client.status();
    expect(types(events)).toEqual(['connected', 'disconnected', 'connected', 'voteStatus']);
  });

  it('is tried again from the first time on, for a while', async () => {
    const closed = await openUserPort();
    await closed.server.close();
    const { client, events } = clientOf(closed.url, { reconnect: { everyMs: 20, forMs: 200 } });
    await expect(client.connect()).rejects.toMatchObject({ code: 'CLIENT_CONNECT_FAILED' });
    expect(types(events)).toEqual(['disconnected', 'gaveUp']);
    expect(events[0]).toMatchObject({ retrying: true, error: { code: 'CLIENT_CONNECT_FAILED' } });
  });

  it('is not tried again once the client is closed', async () => {
    let connections = 0;
    const node = await rawNode((socket) => {
      connections++;
      socket.terminate();
    });
    const { client, events } = clientOf(node.url, { reconnect: { everyMs: 20, forMs: 60_000 } });
    const connecting = expect(client.connect()).rejects.toMatchObject({ code: 'CLIENT_DISCONNECTED' });
    await expect.poll(() => connections).toBeGreaterThan(2);
    await client.close();
    await connecting;
    // One that was under way may be counted only now.
    const later = () => new Promise((resolve) => setTimeout(resolve, 100));
    await later();
    const seen = connections;
    await later();
    expect(connections).toBe(seen);
    expect(types(events)).toEqual(['disconnected']);
  });
});

describe.each(['json', 'bson'] as const)('a node that says anything at all over %s', (protocol) => {
  it('does no harm', async () => {
    const random = randomGenerator(7);
    const status = Buffer.from('{"type":"stat_response","hp_version":"0.6.4","ledger_seq_no":1,"ledger_hash":"' + '0'.repeat(64) + '","vote_status":"synced","round_time":1000,"contract_execution_enabled":true,"read_requests_enabled":true,"is_full_history_node":false,"weakly_connected":false,"current_unl":[],"peers":[]}');
    let asked = 0;
    const node = await rawNode((socket) => {
      socket.send(challenge);
      socket.once('message', (response: Buffer) => {
        socket.send(serverProof(response));
        socket.on('message', () => {
          asked++;
          for (let i = 0; i < 300; i++) socket.send(random(3) === 0 ? randomBytes(random, random(200)) : mutated(random, status), { binary: random(2) === 0 });
          if (protocol === 'json') socket.send(status);
        });
      });
    });
    const { client, events } = clientOf(node.url, { protocol, requestTimeoutMs: protocol === 'json' ? 20_000 : 1_000 });
    if (protocol === 'json') {
      await client.connect();
      await client.status();
    } else {
      await expect(client.connect()).rejects.toMatchObject({ code: 'CLIENT_NO_ANSWER' });
    }
    expect(asked).toBeGreaterThan(0);
    expect(events.filter(({ type }) => type === 'unreadable').length).toBeGreaterThan(100);
  });
});

it('a node whose handshake is damaged in any way does no harm', async () => {
  const random = randomGenerator(11);
  const node = await rawNode((socket) => {
    socket.send(random(2) === 0 ? mutated(random, challenge) : challenge);
    socket.on('message', (response: Buffer) => socket.send(mutated(random, serverProof(response))));
  });
  for (let i = 0; i < 40; i++) {
    const { client } = clientOf(node.url, { connectTimeoutMs: 100, requestTimeoutMs: 50 });
    await expect(client.connect()).rejects.toSatisfy((error: unknown) => asHotPocketError(error).code.startsWith('CLIENT_'));
    await client.close();
  }
}, 30_000);
