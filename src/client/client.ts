import { setTimeout as delay } from 'node:timers/promises';
import { Emitter, type Disposable } from '../base/disposables';
import { asHotPocketError, HotPocketError, type ErrorCode } from '../base/errors';
import { loadHash, type Hex } from '../hotpocket/hash';
import { Nonces } from './nonces';
import { UserSession } from './session';
import type {
  Channel, ClientEvent, ClientOptions, InputOptions, NodeIdentity, NodeStatus, PublishedView, ReconnectPolicy, SubmittedInput,
} from './types';

export { generateKeyPair, keysMatch } from '../hotpocket/keys';
export type * from './types';

const CONNECT_TIMEOUT_MS = 5000;
const REQUEST_TIMEOUT_MS = 5000;
const READ_TIMEOUT_MS = 15_000;
/** The published client's, and the most that contract.max_input_ledger_offset allows by default (reference 1.3). */
const LEDGER_OFFSET = 10;

/**
 * A user of one node (reference 6). Works with our node and the real engine alike. All methods that talk to the node
 * reject with CLIENT_DISCONNECTED while there is no connection and with CLIENT_NO_ANSWER when none comes in time.
 */
export class HotPocketClient {
  private readonly events = new Emitter<ClientEvent>();
  private readonly nonces = new Nonces();
  private readonly subscriptions = new Set<Channel>();
  private readonly closing = new AbortController();
  private trusted: readonly Hex[];
  /** Also while it is being opened, so that `close` finds it. */
  private session: UserSession | undefined;
  private connected = false;

  constructor(private readonly options: ClientOptions) {
    this.trusted = options.trustedKeys ?? [];
  }

  get publicKey(): Hex {
    return this.options.keys.publicKey;
  }

  get isConnected(): boolean {
    return this.connected;
  }

  readonly onEvent = (listener: (event: ClientEvent) => void): Disposable => this.events.on(listener);

  /**
   * Rejects with CLIENT_CONNECT_FAILED, CLIENT_UNEXPECTED_NODE or CLIENT_KEY_IN_USE; with a reconnect policy the first of
   * these only when its time is over. Call it once.
   */
  async connect(): Promise<NodeIdentity> {
    await loadHash();
    try {
      return await this.open();
    } catch (error) {
      if (!this.options.reconnect || !hasCode(error, 'CLIENT_CONNECT_FAILED') || this.closing.signal.aborted) throw error;
      return this.reconnect(asHotPocketError(error));
    }
  }

  /** Says goodbye, and leaves neither socket nor timer. What waits for an answer fails. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.session?.close();
  }

  /** From now on these keys' signatures prove outputs, for example after the UNL changed. */
  trust(keys: readonly Hex[]): void {
    this.trusted = keys;
  }

  async status(): Promise<NodeStatus> {
    return this.user().status();
  }

  async lastLedger(): Promise<{ readonly seqNo: number; readonly hash: Hex }> {
    const { seqNo, hash } = await this.user().lastLedger();
    return { seqNo, hash };
  }

  /**
   * Hands in an input that may go into the next `maxLedgerOffset` ledgers. Inputs are ordered by their nonces, which are
   * taken in the order of the calls. Rejects with CLIENT_NOT_TEXT or CLIENT_BUSY too.
   */
  async submitInput(input: Uint8Array | string, { nonce, maxLedgerOffset = LEDGER_OFFSET }: InputOptions = {}): Promise<SubmittedInput> {
    const numbered = { input: bytesOf(input), nonce: nonce === undefined ? this.nonces.take() : this.nonces.given(nonce) };
    const { seqNo } = await this.user().lastLedger();
    return this.user().submit({ ...numbered, maxLedgerSeqNo: seqNo + maxLedgerOffset });
  }

  /** All responses of the contract to a read request. Rejects with CLIENT_NOT_TEXT or CLIENT_BUSY too. */
  async readRequest(content: Uint8Array | string, { timeoutMs = READ_TIMEOUT_MS }: { readonly timeoutMs?: number } = {}): Promise<readonly Buffer[]> {
    return this.user().read(bytesOf(content), timeoutMs);
  }

  /**
   * A ledger by its number; undefined where the node has none. Inputs and outputs are asked for only of ledgers that are
   * there: over BSON the question for others ends a real node (reference 4.4). Where they are gone, the ledger comes without them.
   */
  async query(seqNo: number, { inputs = false, outputs = false }: { readonly inputs?: boolean; readonly outputs?: boolean } = {}): Promise<PublishedView | undefined> {
    const bare = firstOf(await this.user().query({ seqNo, inputs: false, outputs: false }));
    if (!bare || (!inputs && !outputs)) return bare;
    return firstOf(await this.user().query({ seqNo, inputs, outputs })) ?? bare;
  }

  /** Lasts over reconnections. */
  subscribe(channel: Channel): void {
    this.subscriptions.add(channel);
    if (this.connected) this.user().subscribe(channel, true);
  }

  unsubscribe(channel: Channel): void {
    this.subscriptions.delete(channel);
    if (this.connected) this.user().subscribe(channel, false);
  }

  private user(): UserSession {
    if (this.session && this.connected) return this.session;
    throw new HotPocketError('CLIENT_DISCONNECTED', { url: this.options.url, reason: 'there is no connection' });
  }

  private async open(): Promise<NodeIdentity> {
    const session = new UserSession({ connectTimeoutMs: CONNECT_TIMEOUT_MS, requestTimeoutMs: REQUEST_TIMEOUT_MS, ...this.options }, {
      event: (event) => this.events.fire(event),
      ended: (error) => this.ended(error),
      trusted: () => this.trusted,
    });
    this.session = session;
    const { node, status } = await session.open();
    this.connected = true;
    for (const channel of this.subscriptions) session.subscribe(channel, true);
    this.events.fire({ type: 'connected', node, status });
    return node;
  }

  private ended(error: HotPocketError): void {
    this.connected = false;
    if (this.closing.signal.aborted) return;
    if (this.options.reconnect) this.reconnect(error).catch(() => undefined);
    else this.events.fire({ type: 'disconnected', error, retrying: false });
  }

  private async reconnect(lost: HotPocketError): Promise<NodeIdentity> {
    const { everyMs, forMs } = this.options.reconnect as ReconnectPolicy;
    const end = performance.now() + forMs;
    this.events.fire({ type: 'disconnected', error: lost, retrying: true });
    for (let last: unknown = lost; ; ) {
      if (performance.now() >= end || hasCode(last, 'CLIENT_UNEXPECTED_NODE')) {
        const error = asHotPocketError(last);
        this.events.fire({ type: 'gaveUp', error });
        throw error;
      }
      await this.pause(everyMs);
      try {
        return await this.open();
      } catch (error) {
        // Also while the node still holds the key's former connection.
        last = error;
      }
    }
  }

  /** Rejects with CLIENT_DISCONNECTED when the client is closed meanwhile. */
  private async pause(ms: number): Promise<void> {
    try {
      await delay(ms, undefined, { signal: this.closing.signal });
    } catch {
      throw new HotPocketError('CLIENT_DISCONNECTED', { url: this.options.url, reason: 'closed by this side' });
    }
  }
}

const bytesOf = (content: Uint8Array | string): Uint8Array => (typeof content === 'string' ? Buffer.from(content) : content);

const firstOf = (result: readonly PublishedView[] | 'exec_failure'): PublishedView | undefined => (result === 'exec_failure' ? undefined : result[0]);

const hasCode = (error: unknown, code: ErrorCode): boolean => error instanceof HotPocketError && error.code === code;
