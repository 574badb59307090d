import type { WebSocket } from 'ws';
import type { Clock } from '../../base/clock';
import { errorText } from '../../base/errors';
import { sizeText } from '../../base/quantities';
import { MinuteMeter } from '../minuteMeter';
import type { UserPortLimits, UserPortLog } from './options';

/** Time to authenticate, from the moment the connection is there (reference 6.1). */
const HANDSHAKE_TIMEOUT_MS = 5000;
/** What a user who does not read may cost. One message more can be on top, so a single large one never trips it. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;
/** How long a leaving user may take to receive what is still under way. In real time: a held cluster clock must not hold the exit. */
const CLOSE_TIMEOUT_MS = 1000;

export interface ConnectionEvents {
  /** False: the message was a bad one, which counts against the limit. */
  message(bytes: Buffer): boolean;
  closed(): void;
}

/** One user's WebSocket with its limits (reference 6.1, 6.8). Whoever breaks one is disconnected; nobody is banned. */
export class UserConnection {
  private readonly bytes: MinuteMeter;
  private readonly badMessages: MinuteMeter;
  private readonly startedAt: number;
  private lastActivity: number;
  private user: string | undefined;
  private ending = false;
  private cancelWatch = (): void => undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly remoteAddress: string,
    private readonly limits: UserPortLimits,
    private readonly clock: Clock,
    private readonly log: UserPortLog,
    private readonly events: ConnectionEvents,
  ) {
    this.bytes = new MinuteMeter(limits.maxBytesPerMin);
    this.badMessages = new MinuteMeter(limits.maxBadMsgsPerMin);
    this.startedAt = this.lastActivity = clock.now();
    socket.on('message', (data: Buffer) => this.receive(data));
    socket.on('error', (error) => log.dbg(`Session ${this.name}: ${error.message}`));
    socket.on('close', () => {
      this.ending = true;
      this.cancelWatch();
      events.closed();
    });
    this.watch();
  }

  /** As log lines show it: the address, and after authentication the key's first digits (reference 2.5). */
  get name(): string {
    return `${this.user ?? this.remoteAddress}:in`;
  }

  /** From now on the idle time-out of users counts, and no longer the time for the handshake. */
  authenticated(pubkey: string): void {
    this.user = pubkey.slice(2, 10);
    this.watch();
  }

  /** One message, one binary frame, in JSON too. Dropped if the user is gone. */
  send(message: Uint8Array): void {
    if (this.ending) return;
    if (this.socket.bufferedAmount > MAX_UNSENT_BYTES) {
      this.log.wrn(`Session ${this.name} does not read: ${sizeText(this.socket.bufferedAmount)} unsent. Disconnecting.`);
      this.disconnect();
      return;
    }
    this.lastActivity = this.clock.now();
    this.socket.send(message, { binary: true });
  }

  /** At once, without the courtesies of a close frame, as the real engine does. */
  disconnect(): void {
    this.ending = true;
    this.socket.terminate();
  }

  /** Lets the user have what was sent, then ends. Resolves when the socket is gone. */
  async close(): Promise<void> {
    this.ending = true;
    if (this.socket.readyState === this.socket.CLOSED) return;
    const gone = new Promise((resolve) => this.socket.once('close', resolve));
    this.socket.close();
    const timer = setTimeout(() => this.socket.terminate(), CLOSE_TIMEOUT_MS);
    await gone;
    clearTimeout(timer);
  }

  private receive(data: Buffer): void {
    if (this.ending) return;
    const now = (this.lastActivity = this.clock.now());
    if (!this.bytes.add(data.length, now)) this.exceeded(0, this.bytes.limit);
    else if (!this.handle(data) && !this.badMessages.add(1, now)) this.exceeded(3, this.badMessages.limit);
  }

  private handle(data: Buffer): boolean {
    try {
      return this.events.message(data);
    } catch (error) {
      // Whatever a message provokes is that message's failure, and must never end the node.
      this.log.err(`Session ${this.name}: a message could not be handled: ${errorText(error)}`);
      return false;
    }
  }

  private watch(): void {
    this.cancelWatch();
    const limit = this.user === undefined ? HANDSHAKE_TIMEOUT_MS : this.limits.idleTimeoutMs;
    if (limit === 0) return;
    const deadline = (): number => limit + (this.user === undefined ? this.startedAt : this.lastActivity);
    this.cancelWatch = this.clock.at(deadline(), () => (this.clock.now() < deadline() ? this.watch() : this.exceeded(4, limit)));
  }

  /** Types of limits: 0 bytes, 3 bad messages, 4 time without activity (reference 2.5). */
  private exceeded(type: 0 | 3 | 4, limit: number): void {
    if (this.ending) return;
    this.log.inf(`Session ${this.name} threshold exceeded. (type:${type} limit:${limit})`);
    this.disconnect();
  }
}
