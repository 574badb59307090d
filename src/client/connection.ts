import { WebSocket } from 'ws';
import { errorText, HotPocketError, systemCode } from '../base/errors';
import { durationText } from '../base/quantities';
import { deferred } from './deferred';
import { Handshake, type HandshakeOptions } from './handshake';
import type { NodeIdentity } from './types';

/** More than any node sends: outputs of a user beyond 5 MiB are lost on the real engine (reference 6.1). */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;
/** How long the farewell may take. */
const CLOSE_TIMEOUT_MS = 1000;
/** The code for a connection that ended without a word. */
const CUT = 1006;
const CLOSED_HERE = 'closed by this side';

export interface ConnectionOptions extends HandshakeOptions {
  readonly connectTimeoutMs: number;
}

export interface ConnectionEvents {
  /** A message after the handshake. */
  message(bytes: Buffer): void;
  /** Once, if the handshake was completed before. `cut`: the node said nothing about it. */
  ended(error: HotPocketError<'CLIENT_DISCONNECTED'>, cut: boolean): void;
}

/** One WebSocket to a user port, from the handshake to its end (reference 6.1, 6.2). */
export class Connection {
  private readonly socket: WebSocket;
  private readonly handshake: Handshake;
  private readonly opening = deferred<NodeIdentity>();
  private readonly gone = deferred<void>();
  private readonly handshakeTimer: NodeJS.Timeout;
  private node: NodeIdentity | undefined;
  private failure: HotPocketError | undefined;
  private problem: string | undefined;

  constructor(private readonly options: ConnectionOptions, private readonly events: ConnectionEvents) {
    const { url, connectTimeoutMs } = options;
    this.handshake = new Handshake(options);
    // Certificates of nodes are self-signed: its key proves who the node is. hpws knows neither compression nor subprotocols.
    this.socket = new WebSocket(url, { rejectUnauthorized: false, perMessageDeflate: false, skipUTF8Validation: true, maxPayload: MAX_MESSAGE_BYTES });
    this.handshakeTimer = setTimeout(() => this.abandon(this.refused(`no handshake within ${durationText(connectTimeoutMs)}`)), connectTimeoutMs);
    this.socket.on('message', (data: Buffer) => this.receive(data));
    this.socket.on('error', (error) => (this.problem ??= problemText(error)));
    this.socket.once('close', (code, reason) => this.end(code, reason.toString()));
  }

  /** Rejects with CLIENT_CONNECT_FAILED or CLIENT_UNEXPECTED_NODE; the socket is gone then. */
  get opened(): Promise<NodeIdentity> {
    return this.opening.promise;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  /** Throws CLIENT_DISCONNECTED when the connection is over, CLIENT_BUSY when the node does not read. */
  send(message: Buffer): void {
    const { url } = this.options;
    if (!this.isOpen) throw new HotPocketError('CLIENT_DISCONNECTED', { url, reason: 'the connection is over' });
    if (this.socket.bufferedAmount > MAX_UNSENT_BYTES) throw new HotPocketError('CLIENT_BUSY', { what: 'bytes', limit: MAX_UNSENT_BYTES });
    this.socket.send(message, { binary: true });
  }

  /** Resolves when the socket is gone. */
  async close(): Promise<void> {
    this.problem ??= CLOSED_HERE;
    this.socket.close(1000);
    const timer = setTimeout(() => this.socket.terminate(), CLOSE_TIMEOUT_MS);
    await this.gone.promise;
    clearTimeout(timer);
  }

  private receive(message: Buffer): void {
    if (this.failure) return;
    if (this.node) this.events.message(message);
    else this.proceed(message);
  }

  private proceed(message: Buffer): void {
    try {
      const next = this.handshake.next(message);
      if ('answer' in next) this.send(next.answer);
      else this.open(next.node);
    } catch (error) {
      this.abandon(error instanceof HotPocketError ? (error as HotPocketError) : this.refused(errorText(error)));
    }
  }

  private open(node: NodeIdentity): void {
    clearTimeout(this.handshakeTimer);
    this.node = node;
    this.opening.resolve(node);
  }

  private end(code: number, reason: string): void {
    clearTimeout(this.handshakeTimer);
    const text = endText(code, reason, this.problem);
    if (this.node) this.events.ended(new HotPocketError('CLIENT_DISCONNECTED', { url: this.options.url, reason: text }), code === CUT && text !== CLOSED_HERE);
    else this.opening.reject(this.failure ?? this.refused(text));
    this.gone.resolve();
  }

  private abandon(failure: HotPocketError): void {
    this.failure ??= failure;
    this.socket.terminate();
  }

  private refused(problem: string): HotPocketError {
    return new HotPocketError('CLIENT_CONNECT_FAILED', { url: this.options.url, problem });
  }
}

/** The system's codes in words. Where several addresses were tried, there is no message at all. */
const PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'there is no such host',
  ETIMEDOUT: 'there was no answer',
};

function problemText(error: unknown): string {
  const code = systemCode(error) ?? '';
  return PROBLEMS[code] ?? (errorText(error) || code);
}

function endText(code: number, reason: string, problem: string | undefined): string {
  if (problem !== undefined) return problem;
  return code === CUT ? 'the connection was cut' : `the node closed the connection (${[code, reason].join(' ').trim()})`;
}
