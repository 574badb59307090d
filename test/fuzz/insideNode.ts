import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, sign, type KeyPair } from '../../src/hotpocket/keys';
import { blake3 } from '../../src/hotpocket/hash';
import { ClusterClock } from '../../src/node/debug/clusterClock';
import { encodeMessage, PEER_PROTOCOL_VERSION, type PeerMessage } from '../../src/node/mesh/messages';
import { Node } from '../../src/node/node';
import { openContractDir } from '../../src/node/setup/contractDir';
import { saveConfig } from '../../src/node/setup/configFile';
import { createContractDir } from '../../src/node/setup/create';
import { ManualClock } from '../support/manualClock';

/** Of the node that is attacked, three of its four UNL members' keys are the attackers'. */
export const memberKeys: readonly KeyPair[] = Array.from({ length: 3 }, () => generateKeyPair());
export const CONTRACT = 'a-contract';

type Adopter = { readonly mesh: { adopt(socket: unknown): void }; readonly users: { accept(socket: unknown, address: string): void } };

/**
 * A whole node in this process that opens no port: its peers and users are connections made of events, and its time is moved by the
 * test. It runs no contract, and keeps its files in a folder of its own.
 */
export class InsideNode {
  /** Why it would have ended. */
  fatal: unknown;
  private taken = 0;

  private constructor(private readonly dir: string, private readonly wall: ManualClock, readonly publicKey: string, private readonly node: Node) {}

  static async start(): Promise<InsideNode> {
    const dir = join(mkdtempSync(join(tmpdir(), 'hotpocket fuzz ')), 'node');
    const fresh = await createContractDir(dir);
    const { contract, mesh, user, log } = fresh;
    await saveConfig(dir, {
      ...fresh,
      contract: {
        ...contract, id: CONTRACT, execute: false, unl: [fresh.node.public_key, ...memberKeys.map(({ publicKey }) => publicKey)],
        consensus: { ...contract.consensus, mode: 'public', threshold: 66, roundtime: 1000 },
      },
      mesh: { ...mesh, listen: false, known_peers: [] },
      user: { ...user, listen: false },
      log: { ...log, log_level: 'err', loggers: ['file'] },
    });
    const wall = new ManualClock();
    const opened = await openContractDir(dir);
    const inside: InsideNode = new InsideNode(dir, wall, fresh.node.public_key, new Node(opened, (error) => (inside.fatal ??= error), new ClusterClock({ behind: 0 }, wall)));
    await inside.node.start();
    return inside;
  }

  peer(keys: KeyPair): InsidePeer {
    return new InsidePeer((socket) => (this.node as unknown as Adopter).mesh.adopt(socket), keys);
  }

  user(): InsideSocket {
    const socket = new InsideSocket();
    (this.node as unknown as Adopter).users.accept(socket, '127.0.0.1');
    return socket;
  }

  /** To be called with every message: now and then time goes on by a stage. Throws what would have ended the node. */
  moveOn(): void {
    if (++this.taken % 50 === 0) this.wall.advance(250);
    if (this.fatal !== undefined) throw this.fatal instanceof Error ? this.fatal : new Error('The node would have ended.');
  }

  now(): number {
    return this.wall.now();
  }

  async stop(): Promise<void> {
    const stopped = this.node.stop(15);
    // It may wait for the end of a round.
    this.wall.advance(2_000);
    await stopped;
    rmSync(join(this.dir, '..'), { recursive: true, force: true });
  }
}

/** What a node holds for the other end: a TLS or a WebSocket connection, as far as it is used. */
export class InsideSocket extends EventEmitter {
  readonly remoteAddress = '127.0.0.1';
  readonly OPEN = 1;
  readonly CLOSED = 3;
  readyState = 1;
  readonly bufferedAmount = 0;
  readonly writableLength = 0;
  /** What was sent to this end, until it is taken. */
  received: Buffer[] = [];

  get isOpen(): boolean {
    return this.readyState === this.OPEN;
  }

  send(message: Uint8Array): void {
    // Answers are counted, not kept: the test has no growth of its own.
    if (this.received.length < 100) this.received.push(Buffer.from(message));
  }

  write(message: Uint8Array): void {
    this.send(message);
  }

  setNoDelay(): void {}

  exportKeyingMaterial(): Buffer {
    return Buffer.alloc(32, 7);
  }

  terminate(): void {
    if (!this.isOpen) return;
    this.readyState = this.CLOSED;
    this.emit('close');
  }

  close(): void {
    this.terminate();
  }

  end(): void {
    this.terminate();
  }

  destroy(): void {
    this.terminate();
  }
}

/** A node's peer that has proved a key, and connects anew when it is thrown out. */
export class InsidePeer {
  private socket: InsideSocket | undefined;

  constructor(private readonly adopt: (socket: InsideSocket) => void, private readonly keys: KeyPair) {}

  /** Says something, whatever it is. False if that ended the connection. */
  say(bytes: Uint8Array, greet = true): boolean {
    if (!this.socket?.isOpen || !greet) this.connect(greet);
    const { socket } = this;
    socket?.emit('data', Buffer.from(bytes));
    if (socket) socket.received = [];
    return socket?.isOpen === true;
  }

  close(): void {
    this.socket?.destroy();
  }

  private connect(greet: boolean): void {
    this.socket?.destroy();
    this.socket = new InsideSocket();
    this.adopt(this.socket);
    if (greet) this.socket.emit('data', encodeMessage(helloOf(this.keys, this.socket.exportKeyingMaterial(), 'dialler')));
  }
}

export function helloOf({ publicKey, privateKey }: KeyPair, secret: Buffer, side: 'dialler' | 'listener', contractId = CONTRACT): PeerMessage {
  const signature = sign(blake3(Buffer.from(`hotpocket peer ${PEER_PROTOCOL_VERSION} ${side}`), secret), privateKey);
  return { type: 'hello', version: PEER_PROTOCOL_VERSION, contractId, pubkey: publicKey, timeConfig: 100_025, fullHistory: false, port: 0, signature };
}
