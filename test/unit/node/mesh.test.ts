import { connect as connectTcp, createServer } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { BSON } from 'bson';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { blake3 } from '../../../src/hotpocket/hash';
import { generateKeyPair, sign, type KeyPair } from '../../../src/hotpocket/keys';
import { systemClock } from '../../../src/base/clock';
import { Mesh, type MeshEvents, type MeshOptions } from '../../../src/node/mesh/mesh';
import { encodeMessage, type NewAnnouncement, type PeerMessage } from '../../../src/node/mesh/messages';
import type { PeerLimits } from '../../../src/node/mesh/peerLimits';
import { MOST_CONNECTIONS } from '../../../src/node/ports';
import { makeTlsFiles, type TlsFiles } from '../../../src/node/setup/tls';
import { ManualClock } from '../../support/manualClock';
import { noteLine } from '../../support/said';
import { until } from '../../process/support/cliCluster';

let tls: TlsFiles;
beforeAll(async () => {
  tls = await makeTlsFiles(generateKeyPair().publicKey);
});

const PORT = 21_310;
const open = new Set<Mesh>();
afterEach(async () => {
  await Promise.all([...open].map((mesh) => mesh.close()));
  open.clear();
});

const NO_LIMITS: PeerLimits = {
  maxBytesPerMsg: 0, maxBytesPerMin: 0, maxDupMsgsPerMin: 0, maxBadMsgSigsPerMin: 0, maxBadMsgsPerMin: 0, idleTimeoutMs: 0, maxConnections: 0, maxKnownConnections: 0, maxInConnectionsPerHost: 0,
};

interface TestNode { mesh: Mesh; keys: KeyPair; received: PeerMessage[]; lost: string[]; log: string[] }
type Settings = Partial<Omit<MeshOptions, 'limits'>> & { contractId?: string; keys?: KeyPair; limits?: Partial<PeerLimits>; verdict?: boolean };

async function node(index: number, peers: number[], settings: Settings = {}): Promise<TestNode> {
  const { contractId = 'c', keys = generateKeyPair(), limits, verdict = true, ...rest } = settings;
  const received: PeerMessage[] = [];
  const lost: string[] = [];
  const log: string[] = [];
  const say = (level: string) => (text: string): void => {
    log.push(text);
    noteLine(`${level} ${text}`);
  };
  const events: MeshEvents = {
    connected: () => {},
    disconnected: (key) => lost.push(key),
    message: (_from, message) => {
      received.push(message);
      return verdict;
    },
  };
  const mesh = await Mesh.open({
    identity: { keys, contractId, port: PORT + index, fullHistory: false, timeConfig: () => 200_025 },
    bind: ['127.0.0.1'], listen: true, tlsKey: tls.key, tlsCert: tls.cert, knownPeers: peers.map(address),
    forwarding: true, discovery: { enabled: false, intervalMs: 30_000 }, clock: systemClock, roundTime: () => 2000, mayHave: () => true,
    log: { inf: say('inf'), err: say('err') },
    ...rest,
    limits: { ...NO_LIMITS, ...limits },
  }, events);
  open.add(mesh);
  return { mesh, keys, received, lost, log };
}

const address = (index: number): string => `127.0.0.1:${PORT + index}`;
const nup = (user: string): NewAnnouncement => ({ type: 'nup', users: [user], inputs: [] });
const connectedTo = (n: TestNode, count: number): Promise<true> => until(`${count} peers`, 20_000, () => (n.mesh.keys().length === count ? true : undefined), () => n.mesh.keys().join());

describe('the mesh', () => {
  it('connects all with all, whoever dials, and knows their addresses', async () => {
    const nodes = await Promise.all([0, 1, 2].map((i) => node(i, [0, 1, 2])));
    for (const n of nodes) await connectedTo(n, 2);
    for (const [i, n] of nodes.entries()) {
      await until('both addresses', 20_000, () => (n.mesh.addresses().length === 2 ? true : undefined), () => n.mesh.addresses().join());
      expect(n.mesh.addresses()).not.toContain(`127.0.0.1:${PORT + i}`);
    }
    nodes[0]!.mesh.broadcast(nup(nodes[0]!.keys.publicKey));
    for (const n of nodes.slice(1)) await until('the message', 20_000, () => (n.received.length > 0 ? true : undefined));
    expect(nodes[0]!.received).toEqual([]);
    for (const n of nodes.slice(1)) expect(n.received).toEqual([{ ...nup(nodes[0]!.keys.publicKey), createdOn: expect.any(Number) as number }]);
  });

  it('settles on one connection and keeps it', async () => {
    const [a, b] = await Promise.all([node(0, [1]), node(1, [0])]);
    await connectedTo(a, 1);
    await connectedTo(b, 1);
    for (let i = 0; i < 50; i++) {
      a.mesh.broadcast(nup(a.keys.publicKey));
      b.mesh.broadcast(nup(b.keys.publicKey));
      await new Promise((done) => setTimeout(done, 5));
    }
    await until('all messages', 20_000, () => (a.received.length >= 50 && b.received.length >= 50 ? true : undefined));
    expect(a.received.length).toBe(50);
    expect(b.received.length).toBe(50);
    expect(a.lost).toEqual([]);
  });

  it('connects again to a node that came back', async () => {
    const a = await node(0, [1]);
    const b = await node(1, [0]);
    await connectedTo(a, 1);
    await b.mesh.close();
    open.delete(b.mesh);
    await until('the loss', 20_000, () => (a.lost.length === 1 ? true : undefined));
    await node(1, [0], { keys: b.keys });
    await connectedTo(a, 1);
  });

  it('refuses nodes of another contract, and says so', async () => {
    const a = await node(0, [1]);
    await node(1, [0], { contractId: 'other' });
    await until('the refusal', 20_000, () => (a.log.length >= 2 ? true : undefined));
    // Once as the one that dials, once as the one that is dialled, and not ten times a second.
    await new Promise((done) => setTimeout(done, 500));
    expect(a.log).toEqual(Array(2).fill(expect.stringMatching(/^Contract id mismatch\. Dropping connection 127\.0\.0\.1:(in|out)$/)));
    expect(a.mesh.keys()).toEqual([]);
  });

  it('refuses a hello whose signature is from another session', async () => {
    const a = await node(0, []);
    const b = await node(1, [0]);
    await connectedTo(a, 1);
    // A stranger repeats, word for word, the kind of hello that b sends, with a signature that is b's but not for this connection.
    const socket = connect({ host: '127.0.0.1', port: PORT, rejectUnauthorized: false });
    const closed = new Promise<void>((done) => socket.once('close', () => done()));
    socket.on('error', () => {});
    await new Promise<void>((done) => socket.once('secureConnect', () => done()));
    const victim = generateKeyPair();
    socket.write(encodeMessage({ type: 'hello', version: 1, contractId: 'c', pubkey: victim.publicKey, timeConfig: 1, fullHistory: false, port: 1, signature: sign(Buffer.from('some other session'), victim.privateKey) }));
    socket.resume();
    await closed;
    expect(a.mesh.keys()).toEqual([b.keys.publicKey]);
  });

  it('drops whoever sends what is no message', async () => {
    const a = await node(0, []);
    for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([5, 0, 0, 0, 0]), Buffer.from([255, 255, 255, 127]), encodeMessage({ ...nup(a.keys.publicKey), createdOn: 0 }), Buffer.from(BSON.serialize({ type: 'hello' }))]) {
      const socket = connect({ host: '127.0.0.1', port: PORT, rejectUnauthorized: false });
      socket.on('error', () => {});
      const closed = new Promise<void>((done) => socket.once('close', () => done()));
      socket.once('secureConnect', () => socket.write(bytes));
      socket.resume();
      await closed;
    }
    expect(a.mesh.keys()).toEqual([]);
  });

  it('says when its port is taken', async () => {
    await node(0, []);
    await expect(node(0, [])).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

const eventually = (what: string, check: () => boolean, show: () => string = () => ''): Promise<true> => until(what, 20_000, () => (check() ? true : undefined), show);

describe('nodes that do not know all others', () => {
  it('are told of them, by whoever knows them from either side', async () => {
    const discovery = { enabled: true, intervalMs: 200 };
    const hub = await node(0, [], { discovery });
    const others = await Promise.all([1, 2, 3].map((i) => node(i, [0], { discovery })));
    for (const n of [hub, ...others]) await eventually('all with all', () => n.mesh.keys().length === 3, () => n.mesh.keys().join());
    for (const [i, n] of others.entries()) {
      await eventually('their addresses', () => n.mesh.knownPeers().length === 3, () => n.mesh.knownPeers().join());
      expect(n.mesh.knownPeers()).not.toContain(address(i + 1));
    }
  });

  it('know each node by one address, that which was named', async () => {
    const discovery = { enabled: true, intervalMs: 200 };
    const named = (index: number): string => `localhost:${PORT + index}`;
    await node(0, []);
    await node(1, [0], { discovery });
    const n = await node(2, [], { discovery });
    n.mesh.changeKnown([named(1)], []);
    await eventually('the one that was found', () => n.mesh.knownPeers().includes(address(0)), () => n.mesh.knownPeers().join());
    n.mesh.changeKnown([named(0)], []);
    await eventually('one address each', () => n.mesh.knownPeers().join() === [named(0), named(1)].join(), () => n.mesh.knownPeers().join());
    // Whoever tells of the next node tells of the other one again.
    await node(3, [1], { discovery });
    await eventually('the next one besides', () => n.mesh.knownPeers().join() === [address(3), named(0), named(1)].join(), () => n.mesh.knownPeers().join());
    await eventually('all of them', () => n.mesh.addresses().join() === n.mesh.knownPeers().join(), () => n.mesh.addresses().join());
  });

  it('hear what weakly connected ones say, and are heard by them, once each', async () => {
    // 1 - 0 - 2, and 3 knows 0 as well; only 1 says that it is weakly connected.
    const hub = await node(0, []);
    const [one, two, three] = await Promise.all([1, 2, 3].map((i) => node(i, [0])));
    for (const n of [one!, two!, three!]) await connectedTo(n, 1);
    await connectedTo(hub, 3);
    two!.mesh.broadcast(nup(two!.keys.publicKey));
    await eventually('the hub to hear', () => hub.received.length === 1);
    one!.mesh.setWeak(true);
    one!.mesh.broadcast(nup(one!.keys.publicKey));
    for (const n of [hub, two!, three!]) await eventually('what the weak one says', () => n.received.length > 0);
    three!.mesh.broadcast(nup(three!.keys.publicKey));
    await eventually('the weak one to hear', () => one!.received.length === 1, () => JSON.stringify(one!.received));
    expect(two!.received).toHaveLength(1);
    expect(three!.received).toHaveLength(1);
    expect(hub.received).toHaveLength(3);
    // A new connection is told too.
    const four = await node(4, [1]);
    await connectedTo(four, 1);
    four.mesh.broadcast(nup(four.keys.publicKey));
    await eventually('the message', () => one!.received.length === 2);
    await eventually('no weakness without a word', () => hub.received.length === 3);
  });

  it('hear nothing that is passed on where that is switched off, is kept to the UNL, or has a wrong signature', async () => {
    const hub = await node(0, [], { forwarding: false });
    const [one, two] = await Promise.all([1, 2].map((i) => node(i, [0])));
    one!.mesh.setWeak(true);
    await connectedTo(hub, 2);
    one!.mesh.broadcast(nup(one!.keys.publicKey));
    await eventually('the hub to hear', () => hub.received.length === 1);
    expect(two!.received).toEqual([]);
    for (const [port, settings] of [[10, { mayHave: () => false }], [20, { verdict: false }]] as const) {
      const strict = await node(port, [], settings);
      const [from, to] = await Promise.all([1, 2].map((i) => node(port + i, [port])));
      from!.mesh.setWeak(true);
      await connectedTo(strict, 2);
      from!.mesh.broadcast(nup(from!.keys.publicKey));
      await eventually('the hub to hear', () => strict.received.length === 1);
      strict.mesh.send(to!.keys.publicKey, { type: 'patchRequest', hash: 'ab'.repeat(32) });
      await eventually('what comes after it', () => to!.received.length > 0);
      expect(to!.received.map(({ type }) => type)).toEqual(['patchRequest']);
    }
  });
});

describe('known peers', () => {
  it('can be changed while the node runs', async () => {
    const nodes = await Promise.all([0, 1, 2].map((i) => node(i, [])));
    const [a] = nodes;
    a!.mesh.changeKnown([address(1), address(0)], []);
    await connectedTo(a!, 1);
    expect(a!.mesh.knownPeers()).toContain(address(1));
    a!.mesh.changeKnown([address(2)], [address(1)]);
    await connectedTo(a!, 2);
    await eventually('the own address to be gone', () => a!.mesh.knownPeers().join() === address(2), () => a!.mesh.knownPeers().join());
    a!.mesh.changeKnown([address(1)], '*');
    await eventually('the old ones to be left', () => a!.mesh.keys().join() === nodes[1]!.keys.publicKey);
    expect(a!.mesh.addresses()).toEqual([address(1)]);
  });

  it('are 256 at most', async () => {
    const a = await node(0, [], { limits: { maxConnections: 1, maxKnownConnections: 1 } });
    a.mesh.changeKnown(Array.from({ length: 300 }, (_, i) => `h${i}.invalid:1`), []);
    expect(a.mesh.knownPeers()).toHaveLength(256);
  });

  it('are removed after ten attempts at which somebody was there who did not answer, with discovery only', async () => {
    const clock = new ManualClock();
    let sockets = 0;
    const mute = createServer((socket) => {
      sockets++;
      socket.on('error', () => {}).on('close', () => sockets--).resume();
    });
    await new Promise<void>((done) => mute.listen(PORT + 9, '127.0.0.1', done));
    const nodes = [await node(0, [8, 9], { clock, discovery: { enabled: true, intervalMs: 30_000 } }), await node(1, [8, 9], { clock })];
    for (let attempt = 1; attempt <= 10; attempt++) {
      for (const n of nodes) expect(n.log).toEqual([]);
      await eventually('both to dial', () => sockets === 2, () => String(sockets));
      clock.advance(5_000);
      await eventually('both to give up', () => sockets === 0);
      clock.advance(4_000);
    }
    await eventually('the removal', () => nodes[0]!.log.length > 0);
    expect(nodes[0]!.log).toEqual([`Removed ${address(9)} from known peer list due to unavailability.`]);
    // Where nobody is at all, a node may come back at any time.
    expect(nodes[0]!.mesh.knownPeers()).toEqual([address(8)]);
    expect(nodes[1]!.mesh.knownPeers()).toEqual([address(8), address(9)]);
    mute.close();

  });
});

describe('the limits of a peer', () => {
  const garbage = Buffer.from(BSON.serialize({ type: 'nothing' }));

  /** A peer that can send any bytes, after a hello that is right. */
  async function raw(to: number, keys = generateKeyPair()): Promise<{ socket: TLSSocket; ended: Promise<unknown>; name: string }> {
    const socket = connect({ host: '127.0.0.1', port: PORT + to, rejectUnauthorized: false });
    socket.on('error', () => {});
    socket.resume();
    const ended = new Promise((done) => socket.once('close', done));
    await new Promise<void>((done) => socket.once('secureConnect', () => done()));
    const secret = socket.exportKeyingMaterial(32, 'EXPORTER-hotpocket-peer', Buffer.from('c'));
    const signature = sign(blake3(Buffer.from('hotpocket peer 1 dialler'), secret), keys.privateKey);
    socket.write(encodeMessage({ type: 'hello', version: 1, contractId: 'c', pubkey: keys.publicKey, timeConfig: 1, fullHistory: false, port: 0, signature }));
    return { socket, ended, name: `${keys.publicKey.slice(2, 10)}:in` };
  }

  const message = (createdOn: number): Buffer => encodeMessage({ ...nup(`ed${'1'.repeat(64)}`), createdOn });
  const now = Date.now();

  it.each<[string, Partial<PeerLimits>, boolean, Buffer[], string]>([
    ['bytes', { maxBytesPerMin: 5_000 }, true, [message(now), Buffer.from(BSON.serialize({ x: 'y'.repeat(5_000) }))], 'type:0 limit:5000'],
    ['repeated messages', { maxDupMsgsPerMin: 1 }, true, [message(now), message(now), message(now)], 'type:1 limit:1'],
    ['wrong signatures', { maxBadMsgSigsPerMin: 1 }, false, [message(now), message(now + 1)], 'type:2 limit:1'],
    ['bad messages', { maxBadMsgsPerMin: 2 }, true, [garbage, garbage, garbage], 'type:3 limit:2'],
  ])('%s: too many in a minute end its connection', async (_, limits, verdict, documents, line) => {
    const a = await node(0, [], { limits, verdict, clock: new ManualClock(now) });
    const peer = await raw(0);
    await connectedTo(a, 1);
    for (const document of documents.slice(0, -1)) peer.socket.write(document);
    peer.socket.write(encodeMessage({ type: 'patchRequest', hash: 'ab'.repeat(32) }));
    if (verdict) await eventually('the messages before', () => a.received.some(({ type }) => type === 'patchRequest'));
    if (verdict) expect(a.log).toEqual([]);
    peer.socket.write(documents.at(-1)!);
    await peer.ended;
    expect(a.log).toEqual([`Session ${peer.name} threshold exceeded. (${line})`]);
  });

  it('bad messages alone end nothing, and what is too old or comes twice is not heard', async () => {
    const clock = new ManualClock(now);
    const a = await node(0, [], { clock });
    const peer = await raw(0);
    await connectedTo(a, 1);
    for (const document of [garbage, message(now - 6_001), message(now - 6_000), message(now - 6_000), message(now)]) peer.socket.write(document);
    peer.socket.write(encodeMessage({ type: 'patchRequest', hash: 'ab'.repeat(32) }));
    await eventually('the last', () => a.received.some(({ type }) => type === 'patchRequest'));
    expect(a.received.map((m) => (m.type === 'nup' ? m.createdOn - now : m.type))).toEqual([-6_000, 0, 'patchRequest']);
    expect(a.mesh.keys()).toHaveLength(1);
  });

  it('of two connections the older one is heard until the peer, too, has seen the newer one', async () => {
    const a = await node(0, []);
    const keys = generateKeyPair();
    const older = await raw(0, keys);
    await connectedTo(a, 1);
    const newer = await raw(0, keys);
    newer.socket.write(encodeMessage({ type: 'patchRequest', hash: 'ab'.repeat(32) }));
    await eventually('the newer one', () => a.received.length === 1);
    older.socket.write(encodeMessage({ type: 'patchRequest', hash: 'cd'.repeat(32) }));
    await eventually('what was said on the older one', () => a.received.length === 2);
    await older.ended;
    expect([a.mesh.keys(), a.lost]).toEqual([[keys.publicKey], []]);
  });

  it('a message that is too large ends its connection', async () => {
    const a = await node(0, [], { limits: { maxBytesPerMsg: 10_000 } });
    const peer = await raw(0);
    await connectedTo(a, 1);
    peer.socket.write(Buffer.from(BSON.serialize({ x: 'y'.repeat(10_000) })));
    await peer.ended;
  });

  it('a message is 16 MiB at most where nothing else is configured', async () => {
    const a = await node(0, []);
    const peer = await raw(0);
    await connectedTo(a, 1);
    const length = Buffer.alloc(4);
    length.writeInt32LE(16 * 1024 * 1024 + 1);
    peer.socket.write(length);
    await peer.ended;
  });

  it('one that does not read is left when 64 MiB wait for it', async () => {
    const a = await node(0, []);
    const peer = await raw(0);
    await connectedTo(a, 1);
    peer.socket.pause();
    const [key] = a.mesh.keys();
    const content = Buffer.alloc(15 * 1024 * 1024);
    let sent = 0;
    for (; a.mesh.keys().length > 0 && sent < 20; sent++) a.mesh.send(key!, { type: 'block', hash: 'ab'.repeat(32), content });
    expect([sent, a.lost]).toEqual([5, [key]]);
    peer.socket.destroy();
  });

  it('silence ends its connection, measured by the cluster\'s clock', async () => {
    const clock = new ManualClock();
    const a = await node(0, [], { clock, limits: { idleTimeoutMs: 120_000 } });
    const peer = await raw(0);
    await connectedTo(a, 1);
    clock.advance(119_999);
    peer.socket.write(garbage);
    peer.socket.write(encodeMessage({ type: 'patchRequest', hash: 'ab'.repeat(32) }));
    await eventually('what it says', () => a.received.length === 1);
    clock.advance(119_999);
    expect(a.mesh.keys()).toHaveLength(1);
    clock.advance(1);
    await peer.ended;
    expect(a.log).toEqual([`Session ${peer.name} threshold exceeded. (type:4 limit:120000)`]);
  });

  it('one that says nothing is left after five seconds, with TLS or without', async () => {
    await node(0, []);
    const begin = performance.now();
    const mute = [connectTcp(PORT, '127.0.0.1'), connect({ host: '127.0.0.1', port: PORT, rejectUnauthorized: false })];
    const took = await Promise.all(mute.map((socket) => new Promise<number>((done) => socket.on('error', () => {}).once('close', () => done(performance.now() - begin)).resume())));
    for (const ms of took) expect(ms).toBeGreaterThan(4_900);
    for (const ms of took) expect(ms).toBeLessThan(15_000);
  });

  it('there is room for so many connections that a machine can bear them, whoever makes them', async () => {
    await node(0, []);
    const sockets = Array.from({ length: MOST_CONNECTIONS + 10 }, () => connectTcp(PORT, '127.0.0.1').on('error', () => undefined));
    // Without a word from us: the others wait for the start of TLS.
    await eventually('the last of them to be refused', () => sockets.filter(({ closed }) => closed).length === 10);
    for (const socket of sockets) socket.destroy();
  });

  it('there is room for so many connections, in all and from one host', async () => {
    for (const limits of [{ maxConnections: 2, maxKnownConnections: 2 }, { maxInConnectionsPerHost: 2 }]) {
      const a = await node(0, [], { limits });
      await raw(0);
      await raw(0);
      await connectedTo(a, 2);
      const third = connect({ host: '127.0.0.1', port: PORT, rejectUnauthorized: false });
      third.on('error', () => {});
      third.resume();
      await new Promise((done) => third.once('close', done));
      expect(a.mesh.keys()).toHaveLength(2);
      await a.mesh.close();
      open.delete(a.mesh);
    }
  });

  it('a node connects to so many known peers by itself', async () => {
    const others = await Promise.all([1, 2, 3].map((i) => node(i, [])));
    const a = await node(0, [1, 2, 3], { limits: { maxKnownConnections: 2 } });
    await connectedTo(a, 2);
    await eventually('both to know it', () => others.filter((n) => n.mesh.keys().length === 1).length === 2);
    // And goes no further.
    await new Promise((done) => setTimeout(done, 500));
    expect(a.mesh.keys()).toHaveLength(2);
    expect(others.filter((n) => n.mesh.keys().length === 1)).toHaveLength(2);
  });
});
