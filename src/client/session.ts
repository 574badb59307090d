import { HotPocketError } from '../base/errors';
import type { Hex } from '../hotpocket/hash';
import { inputHash, type InputContainer } from '../hotpocket/inputs';
import {
  encodeInput, encodeLastLedgerRequest, encodeLedgerQuery, encodeReadRequest, encodeStatusRequest, encodeSubscription,
} from '../hotpocket/protocol/encodeUserMessages';
import { checkOutput } from '../hotpocket/protocol/outputProof';
import { parseServerMessage, type ServerMessage } from '../hotpocket/protocol/parseServerMessages';
import type { LedgerQuery } from '../hotpocket/protocol/types';
import { Answers } from './answers';
import { Connection } from './connection';
import { PendingInputs } from './pendingInputs';
import { PendingReads } from './pendingReads';
import type { Channel, ClientEvent, ClientOptions, NodeIdentity, NodeStatus, PublishedView, SubmittedInput } from './types';

/** How often the last ledger is asked for while the fate of an input is open, in rounds and at least in ms. */
const WATCH_ROUNDS = 2;
const WATCH_MS = 2000;

export interface SessionEvents {
  event(event: ClientEvent): void;
  ended(error: HotPocketError): void;
  /** Keys that are trusted now. */
  trusted(): readonly Hex[];
}

type QueryResult = readonly PublishedView[] | 'exec_failure';
type SessionOptions = ClientOptions & Required<Pick<ClientOptions, 'connectTimeoutMs' | 'requestTimeoutMs'>>;

/** A user's requests and their answers over one connection. */
export class UserSession {
  private readonly connection: Connection;
  private readonly statuses: Answers<NodeStatus>;
  private readonly lastLedgers: Answers<{ readonly seqNo: number; readonly hash: Hex }>;
  private readonly queries: Answers<QueryResult>;
  private readonly reads: PendingReads;
  private readonly inputs = new PendingInputs();
  private watch: NodeJS.Timeout | undefined;
  private watchMs = WATCH_MS;
  private ids = 0;
  private registered = false;

  constructor(private readonly options: SessionOptions, private readonly events: SessionEvents) {
    const { url, requestTimeoutMs, connectTimeoutMs } = options;
    this.statuses = new Answers('the request for its status', url, requestTimeoutMs);
    this.lastLedgers = new Answers('the request for its last ledger', url, requestTimeoutMs);
    this.queries = new Answers('a ledger query', url, requestTimeoutMs);
    this.reads = new PendingReads(url);
    this.connection = new Connection({ ...options, connectTimeoutMs }, {
      message: (bytes) => this.receive(bytes),
      ended: (error, cut) => this.end(cut && !this.registered ? new HotPocketError('CLIENT_KEY_IN_USE', { url, publicKey: options.keys.publicKey }) : error),
    });
  }

  /**
   * Resolves when the node has answered once. The handshake alone proves nothing: whom the node does not register, it
   * lets finish the handshake and disconnects after the next message (reference 6.2). That is CLIENT_KEY_IN_USE.
   */
  async open(): Promise<{ readonly node: NodeIdentity; readonly status: NodeStatus }> {
    try {
      const node = await this.connection.opened;
      const status = await this.status();
      this.registered = true;
      this.watchMs = Math.max(WATCH_MS, WATCH_ROUNDS * status.roundTime);
      return { node, status };
    } catch (error) {
      await this.connection.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** No ids in the protocol: one answer is for all who wait (reference 6.7). */
  status(): Promise<NodeStatus> {
    return this.statuses.ask('', () => this.connection.send(encodeStatusRequest(this.options.protocol)));
  }

  lastLedger(): Promise<{ readonly seqNo: number; readonly hash: Hex }> {
    return this.lastLedgers.ask('', () => this.connection.send(encodeLastLedgerRequest(this.options.protocol)));
  }

  submit(container: InputContainer): SubmittedInput {
    this.inputs.ensureRoom();
    const encoded = encodeInput(this.options.protocol, container, this.options.keys.privateKey);
    if (!encoded) throw new HotPocketError('CLIENT_NOT_TEXT', {});
    this.connection.send(encoded.message);
    const hash = inputHash(encoded.signature);
    const { maxLedgerSeqNo } = container;
    const status = this.inputs.add(hash, maxLedgerSeqNo);
    this.watchInputs();
    return { inputHash: hash, maxLedgerSeqNo, status };
  }

  async read(content: Uint8Array, timeoutMs: number): Promise<readonly Buffer[]> {
    const id = this.nextId('read');
    const message = encodeReadRequest(this.options.protocol, id, content);
    if (!message) throw new HotPocketError('CLIENT_NOT_TEXT', {});
    return this.reads.ask(id, timeoutMs, () => this.connection.send(message));
  }

  query(query: LedgerQuery): Promise<QueryResult> {
    const id = this.nextId('query');
    return this.queries.ask(id, () => this.connection.send(encodeLedgerQuery(this.options.protocol, id, query)));
  }

  /** Does nothing when the connection is over; its end is told otherwise. */
  subscribe(channel: Channel, enabled: boolean): void {
    if (this.connection.isOpen) this.connection.send(encodeSubscription(this.options.protocol, channel, enabled));
  }

  private nextId(kind: string): string {
    return `${kind} ${Date.now()} ${++this.ids}`;
  }

  private receive(bytes: Buffer): void {
    const message = parseServerMessage(this.options.protocol, bytes);
    if (message) this.handle(message);
    else this.events.event({ type: 'unreadable', message: bytes });
  }

  private handle(message: ServerMessage): void {
    switch (message.type) {
      case 'status':
        this.inputs.ledgerReached(message.status.ledgerSeqNo);
        return this.statuses.answer('', message.status);
      case 'lastLedger':
        this.inputs.ledgerReached(message.seqNo);
        return this.lastLedgers.answer('', message);
      case 'queryResult':
        return this.queries.answer(message.replyFor, message.result);
      case 'readResponse':
        if (!this.reads.add(message.replyFor, message.content)) this.events.event({ type: 'lateResponse', content: message.content });
        return;
      case 'inputStatus':
        this.inputs.answer(message.status);
        return this.events.event(message);
      case 'output':
        return this.events.event({ type: 'output', output: checkOutput(this.options.keys.publicKey, message.output, this.events.trusted()) });
      case 'ledger':
      case 'voteStatus':
      case 'unl':
        return this.events.event(message);
      case 'unknown':
    }
  }

  private watchInputs(): void {
    this.watch ??= setInterval(() => {
      if (this.inputs.size > 0) this.lastLedger().catch(() => undefined);
      else this.stopWatching();
    }, this.watchMs);
  }

  private stopWatching(): void {
    clearInterval(this.watch);
    this.watch = undefined;
  }

  private end(error: HotPocketError): void {
    this.stopWatching();
    for (const waiting of [this.statuses, this.lastLedgers, this.queries, this.reads]) waiting.fail(error);
    this.inputs.disconnected();
    if (this.registered) this.events.ended(error);
  }
}
