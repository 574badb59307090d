import { once } from 'node:events';
import { connect as connectUnix, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { knownAddress } from '../../../src/cluster/embedded/channel';
import { ClusterPaths } from '../../../src/cluster/paths';
import type { UserProtocol } from '../../../src/hotpocket/inputs';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { parseUserMessage } from '../../../src/hotpocket/protocol/userMessages';
import { DocumentSplitter } from '../../../src/node/mesh/framing';
import { decodeMessage, encodeMessage } from '../../../src/node/mesh/messages';
import { RawUser } from '../../support/userPort';
import { hostileBytes } from '../bytes';
import { helloOf } from '../insideNode';
import { LIVE_PEER_PORT, LIVE_USER_PORT, LiveCluster } from '../live';
import { peerMessages } from '../peerMessages';
import { target, type FuzzTarget, type Receiver } from '../target';
import { hostileJson } from '../values';
import { showSaid, spoken, userMessages, type UserSays } from './userPort';

// The built programs as processes, over their sockets.

/** So often is waited until what was sent was looked at: that shows a hang, and keeps the sockets from filling. */
const ANSWER_EVERY = 25;

/** A connection that is made again whenever the other side has ended it. */
class Line<C extends { readonly isOpen: boolean }> {
  private connection: C | undefined;

  constructor(private readonly connect: () => Promise<C>) {}

  async open(): Promise<C> {
    if (!this.connection?.isOpen) this.connection = await this.connect();
    return this.connection;
  }
}

async function onCluster<M>(open: (live: LiveCluster) => Promise<Receiver<M>>): Promise<Receiver<M>> {
  const live = await LiveCluster.open();
  return { memory: () => live.memory(), check: () => live.check(), close: () => live.close(), ...(await open(live)) };
}

function users(protocol: UserProtocol): FuzzTarget {
  return target<UserSays>({
    name: `live: user port ${protocol.toUpperCase()}`,
    share: 0.01,
    messages: userMessages(protocol),
    show: showSaid,
    open: () => onCluster(() => {
      const keys = generateKeyPair();
      const line = new Line(async () => {
        const user = await RawUser.connect(`wss://127.0.0.1:${LIVE_USER_PORT}`, protocol, keys);
        return { user, get isOpen() { return user.socket.readyState === user.socket.OPEN; } };
      });
      let sent = 0;
      return Promise.resolve({
        take: async (says: UserSays) => {
          const { user } = await line.open();
          const bytes = spoken(says, protocol, keys);
          user.socket.send(bytes);
          if (++sent % ANSWER_EVERY === 0) {
            const pong = once(user.socket, 'pong');
            user.socket.ping();
            await Promise.race([pong, user.closed]);
            user.frames.length = 0;
          }
          const parsed = parseUserMessage(protocol, bytes);
          return 'error' in parsed || parsed.type === 'unanswered' ? 'refused' : 'accepted';
        },
      });
    }),
  });
}

const request = Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n');
const frames = [Buffer.concat([request, Buffer.from([0x82, 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9])]), Buffer.concat([request, Buffer.from([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4])]), Buffer.concat([request, Buffer.from([0x88, 0x80, 0, 0, 0, 0])])];

/** Below the protocol: HTTP and WebSocket frames of any kind, a connection each. */
const sockets = target<Buffer>({
  name: 'live: user port, HTTP and frames',
  share: 0.001,
  messages: hostileBytes([request, ...frames]),
  open: () => onCluster(() => Promise.resolve({
    take: async (bytes) => {
      const socket = await tls(LIVE_USER_PORT);
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
      socket.end(bytes);
      await new Promise((resolve) => socket.once('close', resolve));
      return answer.startsWith('HTTP/1.1 101') ? 'accepted' : 'refused';
    },
  })),
});

async function tls(port: number): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
  socket.on('error', () => socket.destroy());
  await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
  return socket;
}

/** A peer that has proved a key which is in no UNL. */
class LivePeer {
  private answers = 0;
  private wake = (): void => undefined;

  private constructor(private readonly socket: TLSSocket) {
    const splitter = new DocumentSplitter(64 << 20);
    socket.on('data', (chunk: Buffer) => {
      for (const document of splitter.push(chunk)) if (decodeMessage(document)?.type === 'peerList') this.answers++;
      this.wake();
    });
    socket.on('close', () => this.wake());
  }

  static async connect(contractId: string): Promise<LivePeer> {
    const socket = await tls(LIVE_PEER_PORT);
    const secret = socket.exportKeyingMaterial(32, 'EXPORTER-hotpocket-peer', Buffer.from(contractId));
    const peer = new LivePeer(socket);
    socket.write(encodeMessage(helloOf(generateKeyPair(), secret, 'dialler', contractId)));
    await peer.answered();
    return peer;
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** Resolves when all was looked at, or the connection is over. */
  async answered(): Promise<void> {
    const before = this.answers;
    this.write(encodeMessage({ type: 'peerListRequest' }));
    while (this.answers === before && this.isOpen) await new Promise<void>((resolve) => (this.wake = resolve));
  }
}

const peers = target<Buffer>({
  name: 'live: peer port',
  share: 0.01,
  messages: peerMessages,
  open: () => onCluster(async (live) => {
    const contractId = await live.contractId;
    const line = new Line(() => LivePeer.connect(contractId));
    let sent = 0;
    return {
      take: async (bytes) => {
        const peer = await line.open();
        peer.write(bytes);
        const good = decodeMessage(bytes) !== undefined;
        // What can't be cut into documents ends the connection, now or with what comes next.
        if (++sent % ANSWER_EVERY === 0 || bytes.length < 4 || bytes.readInt32LE() !== bytes.length) await Promise.race([peer.answered(), soon()]);
        return good && peer.isOpen ? 'accepted' : 'refused';
      },
    };
  }),
});

/** A node that was told of a long document waits for it, and answers nothing. */
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

const called = (message: object): Buffer => {
  const body = JSON.stringify(message);
  return Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
};
/** All that does not stop or remove what is attacked. */
const calls = [
  { jsonrpc: '2.0', id: 1, method: 'hello', params: { protocol: { major: 1, minor: 4 } } },
  { jsonrpc: '2.0', id: 2, method: 'status' },
  { jsonrpc: '2.0', id: 3, method: 'rounds', params: { task: 1, mode: 'grid' } },
  { jsonrpc: '2.0', id: 4, method: 'faults', params: { task: 1, faults: {} } },
  { jsonrpc: '2.0', id: 5, method: 'roundProfiles', params: { task: 1, node: 1 } },
  { jsonrpc: '2.0', id: 6, method: 'debug/disarm', params: { task: 1, lease: 'x' } },
  { jsonrpc: '2.0', id: 7, method: 'debug/letGo', params: { task: 1, lease: 'x', run: 1 } },
  { jsonrpc: '2.0', id: 8, method: 'debug/renew', params: { task: 1, leases: ['x'] } },
  { jsonrpc: '2.0', id: 9, method: 'deploy', params: { task: 1, path: '/nowhere at all', defaults: { size: 3, userPortBegin: 1, peerPortBegin: 2 } } },
  { jsonrpc: '2.0', id: 10, method: 'start', params: { task: 1, node: 1 } },
  { jsonrpc: '2.0', method: '$/cancelRequest', params: { id: 3 } },
  { jsonrpc: '2.0', id: 11, result: null },
];

const supervisor = target<Buffer>({
  name: "live: supervisor's socket",
  share: 0.01,
  messages: fc.oneof(hostileBytes(calls.map(called)), hostileJson(calls).map((body) => Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]))),
  open: () => onCluster((live) => {
    const address = knownAddress(new ClusterPaths(live.cluster.dir)) ?? '';
    const line = new Line(async () => {
      const socket = connectUnix(address);
      socket.on('error', () => socket.destroy());
      socket.resume();
      await once(socket, 'connect');
      return { socket, get isOpen() { return !socket.destroyed; } };
    });
    let sent = 0;
    return Promise.resolve({
      take: async (bytes) => {
        const { socket } = await line.open();
        socket.write(bytes);
        if (++sent % ANSWER_EVERY === 0) {
          await greeted(address);
          // Whoever waits for the rest of a message hears nothing of what follows.
          socket.destroy();
        }
        return socket.destroyed ? 'refused' : 'accepted';
      },
    });
  }),
});

/** Another client is answered. */
async function greeted(address: string): Promise<void> {
  const socket: Socket = connectUnix(address);
  socket.write(called(calls[0]!));
  for (let answer = ''; !answer.includes('"protocol"'); ) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    answer += chunk.toString();
  }
  socket.destroy();
}

export const live: readonly FuzzTarget[] = [users('json'), users('bson'), sockets, peers, supervisor];
