import type { TLSSocket } from 'node:tls';
import { blake3 } from '../../hotpocket/hash';
import { sign, verify, type KeyPair } from '../../hotpocket/keys';
import type { Hex } from '../../hotpocket/hash';
import { DocumentSplitter } from './framing';
import { decodeMessage, encodeMessage, PEER_PROTOCOL_VERSION, type PeerMessage, type PeerMessageOf } from './messages';

/** What a node says of itself when it meets another. */
export interface MeshIdentity {
  readonly keys: KeyPair;
  readonly contractId: string;
  readonly port: number;
  readonly fullHistory: boolean;
  timeConfig(): number;
}

export interface PeerEvents {
  verified(peer: Peer): void;
  message(peer: Peer, message: PeerMessage): void;
  closed(peer: Peer): void;
  refused(peer: Peer, why: 'contract' | 'version' | 'signature' | 'self'): void;
}

const HELLO_TIMEOUT = 5_000;
/** A peer that takes nothing in must not make us hold everything for it. */
const MAX_UNSENT = 64 * 1024 * 1024;

/** One TLS connection to another node, from its handshake to its end (ARCHITECTURE.md, "Peer link"). */
export class Peer {
  /** Empty until verified. */
  pubkey: Hex = '';
  timeConfig = 0;
  remotePort = 0;
  private readonly splitter: DocumentSplitter;
  private readonly timer: NodeJS.Timeout;
  private done = false;

  constructor(
    private readonly socket: TLSSocket,
    private readonly identity: MeshIdentity,
    private readonly events: PeerEvents,
    /** The address that was dialled; undefined if the other side dialled us. */
    readonly address: string | undefined,
    maxBytes: number,
  ) {
    this.splitter = new DocumentSplitter(maxBytes);
    this.timer = setTimeout(() => this.close(), HELLO_TIMEOUT);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('error', () => this.close());
    socket.on('close', () => this.close());
    this.write(this.hello());
  }

  get outgoing(): boolean {
    return this.address !== undefined;
  }

  get verified(): boolean {
    return this.pubkey !== '';
  }

  send(message: PeerMessage): void {
    if (this.verified) this.write(message);
  }

  close(): void {
    if (this.done) return;
    this.done = true;
    clearTimeout(this.timer);
    this.socket.destroy();
    this.events.closed(this);
  }

  /** Lets what was written go out, then closes. */
  end(): void {
    this.socket.end();
  }

  private write(message: PeerMessage): void {
    if (this.done) return;
    this.socket.write(encodeMessage(message));
    if (this.socket.writableLength > MAX_UNSENT) this.close();
  }

  private onData(chunk: Buffer): void {
    try {
      for (const document of this.splitter.push(chunk)) {
        const message = decodeMessage(document);
        if (!message) return this.close();
        if (this.verified) this.events.message(this, message);
        else this.onHello(message);
        if (this.done) return;
      }
    } catch {
      this.close();
    }
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
      this.events.refused(this, why);
      this.close();
    };
    if (message.type !== 'hello' || message.version !== PEER_PROTOCOL_VERSION) return refuse('version');
    if (message.contractId !== this.identity.contractId) return refuse('contract');
    if (message.pubkey === this.identity.keys.publicKey) return refuse('self');
    if (!verify(this.proofText(!this.outgoing), message.signature, message.pubkey)) return refuse('signature');
    clearTimeout(this.timer);
    this.pubkey = message.pubkey;
    this.timeConfig = message.timeConfig;
    this.remotePort = message.port;
    this.events.verified(this);
  }

  /** Bound to this very TLS session and to the side that signs, so that neither a relay nor a mirror can use it. */
  private proofText(byDialler: boolean): Buffer {
    const secret = this.socket.exportKeyingMaterial(32, 'EXPORTER-hotpocket-peer', Buffer.from(this.identity.contractId));
    return blake3(Buffer.from(`hotpocket peer ${PEER_PROTOCOL_VERSION} ${byDialler ? 'dialler' : 'listener'}`), secret);
  }
}
