import { connect, createServer, type Server } from 'node:tls';
import { systemCode } from '../../base/errors';
import type { Hex } from '../../hotpocket/hash';
import type { PeerMessage } from './messages';
import { Peer, type MeshIdentity } from './peer';

export interface MeshOptions {
  readonly identity: MeshIdentity;
  readonly bind: readonly string[];
  readonly listen: boolean;
  /** PEM. */
  readonly tlsKey: string;
  readonly tlsCert: string;
  /** "host:port" each. */
  readonly knownPeers: readonly string[];
  /** 0 = the default. */
  readonly maxBytesPerMsg: number;
}

export interface MeshEvents {
  /** A peer is there and proved its key. Comes again when it is found at another address, or connects anew. */
  connected(pubkey: Hex, timeConfig: number): void;
  disconnected(pubkey: Hex): void;
  message(from: Hex, message: PeerMessage): void;
  /** A node of another contract knocked, or was knocked at. */
  foreignContract(address: string): void;
}

const RETRY_MS = 100;
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/** The connections to the other nodes: one a node, made at once and made again when lost. */
export class Mesh {
  private readonly servers: Server[] = [];
  private readonly connections = new Set<Peer>();
  private readonly peers = new Map<Hex, Peer>();
  /** Address → key found there; a node's own address leads to its own key. */
  private readonly keyAt = new Map<string, Hex>();
  private readonly dialling = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  private constructor(private readonly options: MeshOptions, private readonly events: MeshEvents) {}

  /** Rejects with the system's error when the port can't be had. */
  static async open(options: MeshOptions, events: MeshEvents): Promise<Mesh> {
    const mesh = new Mesh(options, events);
    if (options.listen) await mesh.listen();
    mesh.dialMissing();
    mesh.timer = setInterval(() => mesh.dialMissing(), RETRY_MS);
    return mesh;
  }

  /** Keys of the connected nodes. */
  keys(): Hex[] {
    return [...this.peers.keys()];
  }

  has(pubkey: Hex): boolean {
    return this.peers.has(pubkey);
  }

  /** Known addresses behind which a connected node stands, as `stat` lists them. */
  addresses(): string[] {
    return this.options.knownPeers.filter((address) => this.peers.has(this.keyAt.get(address) ?? ''));
  }

  send(pubkey: Hex, message: PeerMessage): void {
    this.peers.get(pubkey)?.send(message);
  }

  broadcast(message: PeerMessage, to: (pubkey: Hex) => boolean = () => true): void {
    for (const [pubkey, peer] of this.peers) if (to(pubkey)) peer.send(message);
  }

  /** Lets what was sent go out for at most `graceMs`, then ends all connections. */
  async close(graceMs = 200): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    const gone = [...this.servers.map((server) => new Promise((resolve) => server.close(resolve)))];
    for (const peer of this.connections) peer.end();
    const force = setTimeout(() => { for (const peer of [...this.connections]) peer.close(); }, graceMs);
    await Promise.all(gone);
    clearTimeout(force);
    for (const peer of [...this.connections]) peer.close();
  }

  private async listen(): Promise<void> {
    const { tlsKey, tlsCert, identity, bind } = this.options;
    const tls = { key: tlsKey, cert: tlsCert };
    for (const host of bind) {
      const server = createServer(tls, (socket) => this.adopt(new Peer(socket, identity, this.peerEvents, undefined, this.maxBytes)));
      server.on('tlsClientError', (_error, socket) => socket.destroy());
      try {
        await new Promise<void>((resolve, reject) => server.once('error', reject).listen(identity.port, host, resolve));
        this.servers.push(server);
      } catch (error) {
        // A machine without IPv6 has no ::1; the other addresses do.
        if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(systemCode(error) ?? '') || host === bind[0]) throw error;
      }
    }
  }

  private get maxBytes(): number {
    return this.options.maxBytesPerMsg || DEFAULT_MAX_BYTES;
  }

  private dialMissing(): void {
    for (const address of this.options.knownPeers) {
      const key = this.keyAt.get(address);
      const there = key !== undefined && (key === this.options.identity.keys.publicKey || this.peers.has(key));
      if (!there && !this.dialling.has(address)) this.dial(address);
    }
  }

  private dial(address: string): void {
    const colon = address.lastIndexOf(':');
    this.dialling.add(address);
    // Certificates are self-signed; who is there is proved by the node key (peer.ts).
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)), rejectUnauthorized: false });
    socket.once('error', () => socket.destroy());
    socket.once('close', () => this.dialling.delete(address));
    socket.once('secureConnect', () => {
      if (this.closed) socket.destroy();
      else this.adopt(new Peer(socket, this.options.identity, this.peerEvents, address, this.maxBytes));
    });
  }

  private adopt(peer: Peer): void {
    this.connections.add(peer);
  }

  private readonly peerEvents = {
    verified: (peer: Peer): void => this.onVerified(peer),
    message: (peer: Peer, message: PeerMessage): void => this.events.message(peer.pubkey, message),
    closed: (peer: Peer): void => {
      this.connections.delete(peer);
      if (this.peers.get(peer.pubkey) !== peer) return;
      this.peers.delete(peer.pubkey);
      if (!this.closed) this.events.disconnected(peer.pubkey);
    },
    refused: (peer: Peer, why: string): void => {
      if (why === 'self' && peer.address) this.keyAt.set(peer.address, this.options.identity.keys.publicKey);
      if (why === 'contract') this.events.foreignContract(peer.address ?? 'a peer');
    },
  };

  private onVerified(peer: Peer): void {
    if (peer.address) this.keyAt.set(peer.address, peer.pubkey);
    const other = this.peers.get(peer.pubkey);
    if (other && other.outgoing !== peer.outgoing && this.isKept(other)) peer.end(); // Ended, not cut: our hello has to arrive.
    else {
      this.peers.set(peer.pubkey, peer);
      other?.end(); // What is on its way there still arrives.
    }
    this.events.connected(peer.pubkey, peer.timeConfig);
  }

  /** Both sides dialled: the node with the lower key keeps its outgoing connection (reference 8.3). */
  private isKept(peer: Peer): boolean {
    return peer.outgoing === this.options.identity.keys.publicKey < peer.pubkey;
  }
}
