import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock';
import { systemCode } from '../../base/errors';
import type { Hex } from '../../hotpocket/hash';
import { MOST_CONNECTIONS } from '../ports';
import { Dialler } from './dialler';
import { Discovery, listFor } from './discovery';
import { forwardTo, Gossip } from './gossip';
import { KnownPeers, type Address } from './knownPeers';
import { LinkFaults } from './linkFaults';
import { encodeMessage, type NewAnnouncement, type PeerMessage } from './messages';
import { HELLO_TIMEOUT_MS, Peer, type MeshIdentity } from './peer';
import { Counted, type PeerLimits } from './peerLimits';

export interface MeshOptions {
  readonly identity: MeshIdentity;
  readonly bind: readonly string[];
  readonly listen: boolean;
  /** PEM. */
  readonly tlsKey: string;
  readonly tlsCert: string;
  readonly knownPeers: readonly Address[];
  readonly limits: PeerLimits;
  /** Whether others' messages are passed on to and from weakly connected nodes. */
  readonly forwarding: boolean;
  readonly discovery: { readonly enabled: boolean; readonly intervalMs: number };
  readonly clock: Clock;
  /** What is to become of messages on purpose; nothing without it. */
  readonly faults?: LinkFaults;
  readonly log: { inf(message: string): void; err(message: string): void };
  /** Of consensus, in ms: messages age by it. */
  roundTime(): number;
  /** Whether a node is sent such a message: private modes keep some to the UNL. */
  mayHave(message: NewAnnouncement, pubkey: Hex): boolean;
}

export interface MeshEvents {
  /** A peer is there and proved its key. Comes again when it is found at another address, or connects anew. */
  connected(pubkey: Hex, timeConfig: number): void;
  disconnected(pubkey: Hex): void;
  /** False if a signature in it is wrong: it is not passed on, and counts against the peer. */
  message(from: Hex, message: PeerMessage): boolean;
}

const RETRY_MS = 100;
const CAPACITY_MS = 30_000;

/** The connections to the other nodes: one a node, made at once and made again when lost. */
export class Mesh {
  private readonly servers: Server[] = [];
  private readonly connections = new Set<Peer>();
  private readonly peers = new Map<Hex, Peer>();
  /** Address → key found there. */
  private readonly keyAt = new Map<Address, Hex>();
  private readonly known: KnownPeers;
  private readonly dialler: Dialler;
  private readonly gossip: Gossip;
  private readonly faults: LinkFaults;
  private discovery: Discovery | undefined;
  private weak = false;
  private timer: NodeJS.Timeout | undefined;
  private cancelCapacity = (): void => {};
  private closed = false;

  private constructor(private readonly options: MeshOptions, private readonly events: MeshEvents) {
    const { clock, faults = new LinkFaults() } = options;
    this.faults = faults;
    this.known = new KnownPeers(options.knownPeers, clock);
    this.gossip = new Gossip(clock, () => options.roundTime());
    this.dialler = new Dialler(clock, (address, socket) => this.adopt(socket, address), (address) => this.onDialFailed(address));
  }

  /** Rejects with the system's error when the port can't be had. */
  static async open(options: MeshOptions, events: MeshEvents): Promise<Mesh> {
    const mesh = new Mesh(options, events);
    if (options.listen) await mesh.listen();
    mesh.dialMissing();
    mesh.timer = setInterval(() => mesh.dialMissing(), RETRY_MS);
    const { discovery, clock, limits } = options;
    if (discovery.enabled) mesh.discovery = new Discovery(clock, discovery.intervalMs, { peers: () => [...mesh.peers.values()], full: () => mesh.knownAreFull });
    if (limits.maxConnections > 0) mesh.announceCapacity();
    return mesh;
  }

  /** Keys of the connected nodes. */
  keys(): Hex[] {
    return [...this.peers.keys()];
  }

  has(pubkey: Hex): boolean {
    return this.peers.has(pubkey);
  }

  /** All addresses that this node connects to, sorted. */
  knownPeers(): Address[] {
    return this.known.list();
  }

  /** Known addresses behind which a connected node stands, as `stat` lists them. */
  addresses(): Address[] {
    return this.known.list().filter((address) => this.peers.has(this.keyAt.get(address) ?? ''));
  }

  /** Changes the known peers; '*' in place of addresses removes, and disconnects, all there were. */
  changeKnown(add: readonly Address[], remove: readonly Address[] | '*'): void {
    this.known.remove(remove === '*' ? this.known.list() : remove);
    if (remove === '*') for (const peer of [...this.connections]) if (peer.outgoing) peer.close();
    this.known.add(add);
    this.dialMissing();
  }

  /** Tells all whether others' messages have to be passed on to this node. */
  setWeak(weak: boolean): void {
    this.weak = weak;
    for (const peer of this.peers.values()) peer.send({ type: 'requirement', forwarding: weak });
  }

  send(pubkey: Hex, message: PeerMessage): void {
    this.peers.get(pubkey)?.send(message);
  }

  /** Asks the given node, or if that is not connected another one, which may have heard of it. */
  ask(pubkey: Hex, message: PeerMessage): void {
    const [any] = this.peers.values();
    (this.peers.get(pubkey) ?? any)?.send(message);
  }

  broadcast(message: NewAnnouncement): void {
    const document = encodeMessage({ ...message, createdOn: this.options.clock.now() });
    this.gossip.remember(document);
    for (const [pubkey, peer] of this.peers) if (this.options.mayHave(message, pubkey)) peer.pass(document);
  }

  /** Lets what was sent go out for at most `graceMs`, then ends all connections. */
  async close(graceMs = 200): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    this.discovery?.close();
    this.cancelCapacity();
    this.faults.close();
    const gone = [...this.servers.map((server) => new Promise((resolve) => server.close(resolve)))];
    for (const peer of this.connections) peer.end();
    const force = setTimeout(() => { for (const peer of [...this.connections]) peer.close(); }, graceMs);
    await Promise.all(gone);
    clearTimeout(force);
    for (const peer of [...this.connections]) peer.close();
  }

  private async listen(): Promise<void> {
    const { tlsKey, tlsCert, identity, bind } = this.options;
    // By itself Node.js would wait two minutes for TLS, and connections that say nothing could keep others out for so long.
    const tls = { key: tlsKey, cert: tlsCert, handshakeTimeout: HELLO_TIMEOUT_MS };
    for (const host of bind) {
      const server = createServer(tls, (socket) => this.adopt(socket));
      server.maxConnections = MOST_CONNECTIONS;
      server.on('tlsClientError', (_error, socket) => socket.destroy());
      try {
        await new Promise<void>((resolve, reject) => server.once('error', reject).listen(identity.port, host, resolve));
        // A connection that can't be accepted, as when the system is out of descriptors, is the other side's to try again.
        server.on('error', () => undefined);
        this.servers.push(server);
      } catch (error) {
        // A machine without IPv6 has no ::1; the other addresses do.
        if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(systemCode(error) ?? '') || host === bind[0]) throw error;
      }
    }
  }

  private get knownAreFull(): boolean {
    const { maxKnownConnections } = this.options.limits;
    return maxKnownConnections > 0 && this.dialler.count >= maxKnownConnections;
  }

  private dialMissing(): void {
    for (const address of this.known.list()) {
      const key = this.keyAt.get(address);
      if ((key !== undefined && this.peers.has(key)) || this.dialler.has(address) || !this.known.isDue(address)) continue;
      if (this.knownAreFull || this.available(0) <= 0) return;
      this.dialler.dial(address);
    }
  }

  /** How many more connections there may be, `more` counted as made. */
  private available(more: number): number {
    const { maxConnections } = this.options.limits;
    return maxConnections > 0 ? maxConnections - this.inUse().length - more : Infinity;
  }

  private inUse(): Peer[] {
    return [...this.connections].filter((peer) => !peer.retired);
  }

  private announceCapacity(): void {
    const { clock } = this.options;
    this.cancelCapacity = clock.at(clock.now() + CAPACITY_MS, () => {
      for (const peer of this.peers.values()) peer.send({ type: 'capacity', available: Math.max(0, this.available(0)) });
      this.announceCapacity();
    });
  }

  private onDialFailed(address: Address): void {
    if (this.known.failed(address) && this.options.discovery.enabled) {
      this.known.drop(address);
      this.options.log.inf(`Removed ${address} from known peer list due to unavailability.`);
    }
  }

  private adopt(socket: TLSSocket, address?: Address): void {
    const { limits, identity, clock } = this.options;
    const fromHost = this.inUse().filter((peer) => !peer.outgoing && peer.remoteAddress === (socket.remoteAddress ?? '').replace(/^::ffff:/, '')).length;
    const tooMany = address === undefined && limits.maxInConnectionsPerHost > 0 && fromHost >= limits.maxInConnectionsPerHost;
    if (this.closed || tooMany || this.available(0) <= 0) socket.destroy();
    else this.connections.add(new Peer(socket, identity, this.peerEvents, address, limits, clock, this.faults));
  }

  private readonly peerEvents = {
    verified: (peer: Peer): void => this.onVerified(peer),
    message: (peer: Peer, message: PeerMessage, document: Buffer): void => this.onMessage(peer, message, document),
    closed: (peer: Peer): void => {
      this.connections.delete(peer);
      if (!peer.verified && peer.address && !this.closed) this.onDialFailed(peer.address);
      if (this.peers.get(peer.pubkey) !== peer) return;
      this.peers.delete(peer.pubkey);
      if (!this.closed) this.events.disconnected(peer.pubkey);
    },
    refused: (peer: Peer, why: string): void => {
      if (why === 'self' && peer.address) this.known.isSelf(peer.address);
      if (why !== 'contract') return;
      this.options.log.err(`Contract id mismatch. Dropping connection ${peer.name}`);
      if (peer.address) this.known.suppress(peer.address);
    },
    exceeded: (text: string): void => this.options.log.inf(text),
  };

  private onVerified(peer: Peer): void {
    if (peer.address) {
      this.keyAt.set(peer.address, peer.pubkey);
      this.known.reached(peer.address);
      this.known.same(this.addressesOf(peer.pubkey));
    }
    const other = this.peers.get(peer.pubkey);
    if (other && other.outgoing !== peer.outgoing && this.isKept(other)) peer.retire(); // Not cut: our hello has to arrive.
    else {
      this.peers.set(peer.pubkey, peer);
      peer.weak = other?.weak ?? false;
      other?.retire(); // What is on its way there still arrives.
      if (this.weak) peer.send({ type: 'requirement', forwarding: true });
      if (!other && this.options.discovery.enabled) peer.send({ type: 'peerListRequest' });
    }
    this.events.connected(peer.pubkey, peer.timeConfig);
  }

  /** Both sides dialled: the node with the lower key keeps its outgoing connection (reference 8.3). */
  private isKept(peer: Peer): boolean {
    return peer.outgoing === this.options.identity.keys.publicKey < peer.pubkey;
  }

  private onMessage(peer: Peer, message: PeerMessage, document: Buffer): void {
    switch (message.type) {
      case 'hello': return;
      case 'requirement': peer.weak = message.forwarding; return;
      case 'capacity': peer.capacity = message.available; return;
      case 'peerListRequest': return peer.send(listFor(peer, [...this.peers.values()]));
      case 'peerList': return this.onPeerList(message.peers);
      default: return this.onOther(peer, message, document);
    }
  }

  private onOther(peer: Peer, message: PeerMessage, document: Buffer): void {
    const verdict = this.gossip.judge(message, document);
    if (verdict === 'duplicate') peer.count(Counted.duplicates);
    if (verdict !== 'new') return;
    if (!this.events.message(peer.pubkey, message)) return peer.count(Counted.badSignatures);
    if (!this.options.forwarding) return;
    for (const other of forwardTo(message, peer, this.peers.values())) if (this.options.mayHave(message as NewAnnouncement, other.pubkey)) other.pass(document);
  }

  private onPeerList(peers: readonly { readonly host: string; readonly port: number; readonly capacity?: number | undefined }[]): void {
    if (!this.options.discovery.enabled) return;
    const addresses = peers.filter(({ capacity }) => capacity !== 0).map(({ host, port }) => `${host}:${port}`);
    // A node that we know by name has an address as well.
    this.known.add(addresses.filter((address) => this.addressesOf(this.keyAt.get(address)).length === 0), true);
  }

  /** Known ones, at which this node was found. */
  private addressesOf(pubkey: Hex | undefined): Address[] {
    return pubkey === undefined ? [] : this.known.list().filter((address) => this.keyAt.get(address) === pubkey);
  }
}
