import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock';
import { blake3 } from '../../hotpocket/hash';
import { sign, verify, type KeyPair } from '../../hotpocket/keys';
import type { Hex } from '../../hotpocket/hash';
import { DocumentSplitter } from './framing';
import type { LinkFaults } from './linkFaults';
import { decodeMessage, encodeMessage, PEER_PROTOCOL_VERSION, type PeerMessage, type PeerMessageOf } from './messages';
import { Counted, PeerMeters, type CountedType, type PeerLimits } from './peerLimits';

/** What a node says of itself when it meets another. */
export interface MeshIdentity {
  readonly keys: KeyPair;
  readonly contractId: string;
  /** Where it listens; 0 if it does not. */
  readonly port: number;
  readonly fullHistory: boolean;
  timeConfig(): number;
}

export interface PeerEvents {
  verified(peer: Peer): void;
  message(peer: Peer, message: PeerMessage, document: Buffer): void;
  closed(peer: Peer): void;
  refused(peer: Peer, why: 'contract' | 'version' | 'signature' | 'self'): void;
  /** It did too much of something, and is closed: for the log. */
  exceeded(text: string): void;
}

/** For TLS, and again for the hello that comes first. In real time: it comes before anybody is known. */
export const HELLO_TIMEOUT_MS = 5_000;
const RETIREMENT = 2_000;
/** A peer that takes nothing in must not make us hold everything for it. */
const MAX_UNSENT = 64 * 1024 * 1024;
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/** One TLS connection to another node, from its handshake to its end (ARCHITECTURE.md, "Peer link"). */
export class Peer {
  /** Empty until verified. */
  pubkey: Hex = '';
  timeConfig = 0;
  remotePort = 0;
  /** It said that it is weakly connected. */
  weak = false;
  /** Connections it has room for, if it said so. */
  capacity: number | undefined;
  readonly remoteAddress: string;
  private readonly splitter: DocumentSplitter;
  private readonly meters: PeerMeters;
  private readonly timer: NodeJS.Timeout;
  private lastActivity: number;
  private cancelIdle = (): void => {};
  /** It is one connection too many, and nothing is sent on it. */
  retired = false;
  private retirement: NodeJS.Timeout | undefined;
  private refused = false;
  private done = false;

  constructor(
    private readonly socket: TLSSocket,
    private readonly identity: MeshIdentity,
    private readonly events: PeerEvents,
    /** The address that was dialled; undefined if the other side dialled us. */
    readonly address: string | undefined,
    private readonly limits: PeerLimits,
    private readonly clock: Clock,
    private readonly faults: LinkFaults,
  ) {
    this.remoteAddress = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    this.splitter = new DocumentSplitter(limits.maxBytesPerMsg || DEFAULT_MAX_BYTES);
    this.meters = new PeerMeters(limits);
    this.lastActivity = clock.now();
    this.timer = setTimeout(() => this.close(), HELLO_TIMEOUT_MS);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('error', () => this.close());
    socket.on('close', () => this.close());
    this.write(encodeMessage(this.hello()));
  }

  get outgoing(): boolean {
    return this.address !== undefined;
  }

  get verified(): boolean {
    return this.pubkey !== '';
  }

  /** As log lines show it (reference 2.5). */
  get name(): string {
    return `${this.verified ? this.pubkey.slice(2, 10) : this.remoteAddress}:${this.outgoing ? 'out' : 'in'}`;
  }

  send(message: PeerMessage): void {
    this.pass(encodeMessage(message));
  }

  /** A message that was encoded already. One that the other side would end the connection for is not sent: what is in it can be had another way. */
  pass(document: Uint8Array): void {
    if (this.verified && document.length <= DEFAULT_MAX_BYTES) this.faults.pass(this.pubkey, () => this.write(document));
  }

  /** Counts what it did; too much of it ends the connection. */
  count(type: CountedType, amount = 1): void {
    const limit = this.meters.add(type, amount, this.clock.now());
    if (limit !== undefined) this.exceeded(type, limit);
  }

  close(): void {
    if (this.done) return;
    this.done = true;
    clearTimeout(this.timer);
    clearTimeout(this.retirement);
    this.cancelIdle();
    this.socket.destroy();
    this.events.closed(this);
  }

  /** Lets what was written go out, then closes. */
  end(): void {
    this.socket.end();
  }

  /**
   * For one connection too many: closes when the other side has had the time to see, too, that there is another. What it sends here until
   * then would be lost if it were closed at once, since TLS does not read on after its goodbye.
   */
  retire(): void {
    this.retired = true;
    this.retirement = setTimeout(() => this.end(), RETIREMENT);
  }

  private write(document: Uint8Array): void {
    if (this.done) return;
    this.lastActivity = this.clock.now();
    this.socket.write(document);
    if (this.socket.writableLength > MAX_UNSENT) this.close();
  }

  private onData(chunk: Buffer): void {
    this.lastActivity = this.clock.now();
    this.count(Counted.bytes, chunk.length);
    try {
      for (const document of this.splitter.push(chunk)) {
        if (this.done || this.refused) return;
        this.onDocument(document);
      }
    } catch {
      // What comes next can't be told from what is wrong.
      this.close();
    }
  }

  private onDocument(document: Buffer): void {
    const message = decodeMessage(document);
    if (!this.verified) {
      if (message) this.onHello(message);
      else this.close();
    } else if (message) this.events.message(this, message, document);
    else this.count(Counted.badMessages);
  }

  private exceeded(type: CountedType | typeof Counted.idle, limit: number): void {
    if (this.done) return;
    this.events.exceeded(`Session ${this.name} threshold exceeded. (type:${type} limit:${limit})`);
    this.close();
  }

  private watchIdle(): void {
    const { idleTimeoutMs } = this.limits;
    if (idleTimeoutMs === 0 || this.done) return;
    const deadline = this.lastActivity + idleTimeoutMs;
    this.cancelIdle = this.clock.at(deadline, () => (this.lastActivity + idleTimeoutMs > this.clock.now() ? this.watchIdle() : this.exceeded(Counted.idle, idleTimeoutMs)));
  }

  private hello(): PeerMessageOf<'hello'> {
    const { keys, contractId, port, fullHistory } = this.identity;
    return {
      type: 'hello', version: PEER_PROTOCOL_VERSION, contractId, port, fullHistory,
      pubkey: keys.publicKey, timeConfig: this.identity.timeConfig(),
      signature: sign(this.proofText(this.outgoing), keys.privateKey),
    };
  }

  private onHello(message: PeerMessage): void {
    const refuse = (why: 'contract' | 'version' | 'signature' | 'self'): void => {
      this.refused = true;
      this.events.refused(this, why);
      // Not cut: our hello has to arrive, so that the other side knows why. The time for hellos ends it in any case.
      this.end();
    };
    if (message.type !== 'hello' || message.version !== PEER_PROTOCOL_VERSION) return refuse('version');
    if (message.contractId !== this.identity.contractId) return refuse('contract');
    if (message.pubkey === this.identity.keys.publicKey) return refuse('self');
    if (!verify(this.proofText(!this.outgoing), message.signature, message.pubkey)) return refuse('signature');
    clearTimeout(this.timer);
    this.pubkey = message.pubkey;
    this.timeConfig = message.timeConfig;
    this.remotePort = message.port;
    this.watchIdle();
    this.events.verified(this);
  }

  /** Bound to this very TLS session and to the side that signs, so that neither a relay nor a mirror can use it. */
  private proofText(byDialler: boolean): Buffer {
    const secret = this.socket.exportKeyingMaterial(32, 'EXPORTER-hotpocket-peer', Buffer.from(this.identity.contractId));
    return blake3(Buffer.from(`hotpocket peer ${PEER_PROTOCOL_VERSION} ${byDialler ? 'dialler' : 'listener'}`), secret);
  }
}
