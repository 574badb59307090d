import { connect } from 'node:tls';
import { BSON } from 'bson';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { generateKeyPair, type KeyPair } from '../../../src/hotpocket/keys';
import { Mesh, type MeshEvents } from '../../../src/node/mesh/mesh';
import { DocumentSplitter } from '../../../src/node/mesh/framing';
import { decodeMessage, encodeMessage, type PeerMessage } from '../../../src/node/mesh/messages';
import { makeTlsFiles, type TlsFiles } from '../../../src/node/setup/tls';
import { until } from '../../process/support/cliCluster';

let tls: TlsFiles;
beforeAll(async () => {
  tls = await makeTlsFiles(generateKeyPair().publicKey);
});

const PORT = 47_310;
const open = new Set<Mesh>();
afterEach(async () => {
  await Promise.all([...open].map((mesh) => mesh.close()));
  open.clear();
});

interface TestNode { mesh: Mesh; keys: KeyPair; received: PeerMessage[]; lost: string[]; foreign: string[] }

async function node(index: number, peers: number[], options: { contractId?: string; keys?: KeyPair } = {}): Promise<TestNode> {
  const { contractId = 'c', keys = generateKeyPair() } = options;
  const received: PeerMessage[] = [];
  const lost: string[] = [];
  const foreign: string[] = [];
  const events: MeshEvents = {
    connected: () => {},
    disconnected: (key) => lost.push(key),
    message: (_from, message) => received.push(message),
    foreignContract: (address) => foreign.push(address),
  };
  const mesh = await Mesh.open({
    identity: { keys, contractId, port: PORT + index, fullHistory: false, timeConfig: () => 200_025 },
    bind: ['127.0.0.1'], listen: true, tlsKey: tls.key, tlsCert: tls.cert, knownPeers: peers.map((p) => `127.0.0.1:${PORT + p}`), maxBytesPerMsg: 0,
  }, events);
  open.add(mesh);
  return { mesh, keys, received, lost, foreign };
}

const nup = (user: string): PeerMessage => ({ type: 'nup', users: [user], inputs: [] });
const connectedTo = (n: TestNode, count: number): Promise<true> => until(`${count} peers`, 5_000, () => (n.mesh.keys().length === count ? true : undefined), () => n.mesh.keys().join());

describe('the mesh', () => {
  it('connects all with all, whoever dials, and knows their addresses', async () => {
    const nodes = await Promise.all([0, 1, 2].map((i) => node(i, [0, 1, 2])));
    for (const n of nodes) await connectedTo(n, 2);
    for (const [i, n] of nodes.entries()) {
      await until('both addresses', 5_000, () => (n.mesh.addresses().length === 2 ? true : undefined), () => n.mesh.addresses().join());
      expect(n.mesh.addresses()).not.toContain(`127.0.0.1:${PORT + i}`);
    }
    nodes[0]!.mesh.broadcast(nup(nodes[0]!.keys.publicKey));
    for (const n of nodes.slice(1)) await until('the message', 5_000, () => (n.received.length > 0 ? true : undefined));
    expect(nodes[0]!.received).toEqual([]);
    for (const n of nodes.slice(1)) expect(n.received).toEqual([nup(nodes[0]!.keys.publicKey)]);
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
    await until('all messages', 5_000, () => (a.received.length >= 50 && b.received.length >= 50 ? true : undefined));
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
    await until('the loss', 5_000, () => (a.lost.length === 1 ? true : undefined));
    await node(1, [0], { keys: b.keys });
    await connectedTo(a, 1);
  });

  it('refuses nodes of another contract, and says so', async () => {
    const a = await node(0, [1]);
    await node(1, [0], { contractId: 'other' });
    await until('the refusal', 5_000, () => (a.foreign.length > 0 ? true : undefined));
    expect(a.mesh.keys()).toEqual([]);
  });

  it('refuses a hello whose signature is from another session', async () => {
    const a = await node(0, []);
    const b = await node(1, [0]);
    await connectedTo(a, 1);
    // A stranger repeats, word for word, the kind of hello that b sends, with a signature that is b's but not for this session.
    const socket = connect({ host: '127.0.0.1', port: PORT, rejectUnauthorized: false });
    const closed = new Promise<void>((done) => socket.once('close', () => done()));
    socket.on('error', () => {});
    await new Promise<void>((done) => socket.once('secureConnect', () => done()));
    const { sign } = await import('../../../src/hotpocket/keys');
    const victim = generateKeyPair();
    socket.write(encodeMessage({ type: 'hello', version: 1, contractId: 'c', pubkey: victim.publicKey, timeConfig: 1, fullHistory: false, port: 1, signature: sign(Buffer.from('some other session'), victim.privateKey) }));
    socket.resume();
    await closed;
    expect(a.mesh.keys()).toEqual([b.keys.publicKey]);
  });

  it('drops whoever sends what is no message', async () => {
    const a = await node(0, []);
    for (const bytes of [Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([5, 0, 0, 0, 0]), Buffer.from([255, 255, 255, 127]), encodeMessage(nup(a.keys.publicKey)), Buffer.from(BSON.serialize({ type: 'hello' }))]) {
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

describe('documents in a stream', () => {
  const documents = [{ a: 1 }, { b: 'x'.repeat(5_000) }, {}].map((d) => Buffer.from(BSON.serialize(d)));

  it('are cut out however they arrive', () => {
    const stream = Buffer.concat(documents);
    for (const size of [1, 2, 3, 7, 1_000, stream.length]) {
      const splitter = new DocumentSplitter(10_000);
      const found: Buffer[] = [];
      for (let i = 0; i < stream.length; i += size) found.push(...splitter.push(stream.subarray(i, i + size)));
      expect(found.map((d) => d.toString('hex'))).toEqual(documents.map((d) => d.toString('hex')));
    }
  });

  it('must have a possible length', () => {
    expect(() => new DocumentSplitter(100).push(Buffer.from([101, 0, 0, 0]))).toThrow();
    expect(() => new DocumentSplitter(100).push(Buffer.from([4, 0, 0, 0]))).toThrow();
  });

  it('are refused when they are no message', () => {
    expect(decodeMessage(Buffer.from(BSON.serialize({ type: 'blockRequest', hash: 'zz' })))).toBeUndefined();
    expect(decodeMessage(Buffer.from(BSON.serialize({ type: 'nothing' })))).toBeUndefined();
    expect(decodeMessage(Buffer.alloc(20))).toBeUndefined();
    expect(decodeMessage(encodeMessage({ type: 'blockRequest', hash: 'ab'.repeat(32) }))).toEqual({ type: 'blockRequest', hash: 'ab'.repeat(32) });
  });
});
