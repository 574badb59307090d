import { HotPocketError } from '../../base/errors';
import type { ClientEvent, HotPocketClient, InputStatus, NodeStatus, PublishedView, SubmittedInput, UserProtocol } from '../../client/client';
import type { Hex } from '../../hotpocket/hash';
import type { Identity } from './identity';
import type { KeyMaker } from './keyStore';
import type { Transcript } from './transcript';

/** Where a node is, and whose signatures prove outputs. */
export interface NodeAddress {
  readonly url: string;
  readonly contractId: string;
  readonly unl: readonly Hex[];
}

export interface ConversationHost {
  /** The node as it is now: after a cluster was made anew its contract and keys are others. */
  find(): Promise<NodeAddress>;
  loadClient(): Promise<KeyMaker & { readonly HotPocketClient: typeof HotPocketClient }>;
  print(text: string): void;
  /** An input was accepted. */
  readonly accepted: () => void;
}

const RECONNECT = { everyMs: 1000, forMs: 60_000 };
/** Inputs whose fate is open; beyond it the oldest are forgotten. */
const MAX_OPEN = 1000;

/** What a console and a node say to each other, from one connection to the next. */
export class Conversation {
  private client: HotPocketClient | undefined;
  private speaks: UserProtocol = 'json';
  private attempts = 0;
  private numbers = 0;
  private readonly open = new Map<Hex, number>();

  constructor(private readonly host: ConversationHost, readonly identity: Identity, private readonly transcript: Transcript) {}

  get protocol(): UserProtocol {
    return this.speaks;
  }

  /** Ends the connection there is, and makes another. What goes wrong is printed. */
  async connect(protocol = this.speaks): Promise<void> {
    const attempt = ++this.attempts;
    this.speaks = protocol;
    await this.client?.close();
    const { HotPocketClient, ...maker } = await this.host.loadClient();
    const { url, contractId, unl } = await this.host.find();
    const keys = await this.identity.keysFor(contractId, maker);
    if (attempt !== this.attempts) return;
    this.host.print(this.transcript.connecting(url));
    const client = (this.client = new HotPocketClient({ url, keys, protocol, trustedKeys: unl, reconnect: RECONNECT }));
    let connections = 0;
    client.subscribe('unl_change');
    client.onEvent((event) => {
      if (attempt !== this.attempts) return;
      this.hear(client, event, url);
      if (event.type === 'connected' && connections++ > 0) void this.lookAgain(client, contractId);
    });
    try {
      await client.connect();
    } catch (error) {
      // That nothing answers was said by events.
      if (attempt === this.attempts && !(error instanceof HotPocketError && error.code === 'CLIENT_CONNECT_FAILED')) throw error;
    }
  }

  /** For good. */
  async close(): Promise<void> {
    this.attempts++;
    await this.client?.close();
  }

  submit(text: string): Promise<void> {
    return this.enter(text, async (number) => {
      const { inputHash, status } = await this.connected().submitInput(text);
      this.remember(inputHash, number);
      const outcome = await status;
      if (outcome.status === 'failed') this.host.print(this.transcript.outcome(number, outcome));
    });
  }

  read(text: string): Promise<void> {
    return this.enter(`? ${text}`, async (number) => {
      for (const response of await this.connected().readRequest(text)) this.host.print(this.transcript.response(number, response));
    });
  }

  status(): Promise<NodeStatus> {
    return this.connected().status();
  }

  /** The last one without a number. */
  async ledger(seqNo?: number): Promise<PublishedView | undefined> {
    const client = this.connected();
    return client.query(seqNo ?? (await client.lastLedger()).seqNo, { inputs: true, outputs: true });
  }

  private connected(): HotPocketClient {
    if (this.client) return this.client;
    throw new HotPocketError('CLIENT_DISCONNECTED', { url: 'the node', reason: 'the connection is still being made' });
  }

  private async enter(text: string, work: (number: number) => Promise<void>): Promise<void> {
    const number = ++this.numbers;
    this.host.print(this.transcript.entered(number, text));
    try {
      await work(number);
    } catch (error) {
      this.host.print(this.transcript.failed(error, number));
    }
  }

  private remember(inputHash: SubmittedInput['inputHash'], number: number): void {
    this.open.set(inputHash, number);
    if (this.open.size > MAX_OPEN) this.open.delete(this.open.keys().next().value ?? '');
  }

  private hear(client: HotPocketClient, event: ClientEvent, url: string): void {
    const { transcript, host } = this;
    switch (event.type) {
      case 'connected':
        return host.print(transcript.connected(url, client.publicKey, this.speaks, event.node, event.status));
      case 'disconnected':
        return host.print(transcript.lost(event.error, event.retrying));
      case 'gaveUp':
        return host.print(transcript.gaveUp());
      case 'output':
        return host.print(transcript.output(event.output));
      case 'inputStatus':
        return this.hearStatus(event.status);
      case 'lateResponse':
        return host.print(transcript.lateResponse(event.content));
      case 'unreadable':
        return host.print(transcript.unreadable(event.message));
      case 'unl':
        client.trust(event.unl);
        return host.print(transcript.unlChanged(event.unl.length));
      case 'ledger':
      case 'voteStatus':
    }
  }

  /** Also of an input from before the connection was lost. */
  private hearStatus(status: InputStatus): void {
    const number = this.open.get(status.inputHash);
    if (status.status === 'accepted') this.host.accepted();
    this.open.delete(status.inputHash);
    this.host.print(number === undefined ? this.transcript.stray(status) : this.transcript.outcome(number, status));
  }

  /** While the node was away, its UNL or the whole cluster may have become another. */
  private async lookAgain(client: HotPocketClient, contractId: string): Promise<void> {
    try {
      const found = await this.host.find();
      if (found.contractId !== contractId) await this.connect();
      else client.trust(found.unl);
    } catch (error) {
      this.host.print(this.transcript.failed(error));
    }
  }
}
