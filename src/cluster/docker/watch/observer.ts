import { setTimeout as sleep } from 'node:timers/promises';
import type { Disposable } from '../../../base/disposables';
import { HotPocketError } from '../../../base/errors';
import type { HotPocketClient, NodeStatus } from '../../../client/client';
import type { NodeFacts } from './facts';
import type { ObserverKey } from './observerKey';

/** A node that runs, as the observer sees it. */
export interface ObservedNode {
  readonly url: string;
  /** What the observer must find there. */
  readonly publicKey: string;
}

const LOOK_EVERY_MS = 5_000;
const RETRY_MS = 2_000;

type Told = Partial<NodeFacts>;

/**
 * A user of one node who only looks (reference 6, 10.4): the whole handshake, then its status, its ledgers and votes. Over JSON, and without a ledger
 * query. Attempts that fail are few, so that the node's ban never strikes; its log still tells where it stands.
 */
export class NodeObserver implements Disposable {
  private readonly end = new AbortController();
  private client: HotPocketClient | undefined;

  constructor(private readonly key: ObserverKey, private readonly node: ObservedNode, private readonly tell: (facts: Told) => void) {
    void this.observe();
  }

  dispose(): void {
    this.end.abort();
    void this.client?.close();
  }

  private async observe(): Promise<void> {
    const { signal } = this.end;
    while (!signal.aborted) {
      const now = Date.now();
      const next = this.key.nextAttempt(this.node.publicKey, now);
      try {
        if (next > now) await sleep(next - now, undefined, { signal, ref: false });
        if (!signal.aborted) await this.connected();
      } catch (error) {
        if (signal.aborted) return;
        // Another cluster's node is there.
        if (error instanceof HotPocketError && error.code === 'CLIENT_UNEXPECTED_NODE') return;
        await this.key.failed(this.node.publicKey, Date.now()).catch(() => undefined);
      }
      this.tell({ observer: undefined });
      await sleep(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Resolves when a connection that was made has ended; rejects if none could be made. */
  private async connected(): Promise<void> {
    const { signal } = this.end;
    const client = await openClient(this.key, this.node);
    this.client = client;
    const ended = new Promise<void>((resolve) => {
      client.onEvent((event) => {
        if (event.type === 'connected') this.tell({ ...factsOf(event.status), observer: this.key.keys.publicKey });
        else if (event.type === 'ledger') this.tell({ ledger: { seqNo: event.ledger.seqNo, hash: event.ledger.hash } });
        else if (event.type === 'voteStatus') this.tell({ voteStatus: event.voteStatus });
        else if (event.type === 'unl') this.tell({ unl: event.unl });
        else if (event.type === 'disconnected') resolve();
      });
      signal.addEventListener('abort', () => resolve());
    });
    client.subscribe('ledger_event');
    client.subscribe('unl_change');
    await client.connect();
    if (signal.aborted) await client.close();
    const looking = setInterval(() => void client.status().then((status) => this.tell(factsOf(status)), () => undefined), LOOK_EVERY_MS).unref();
    await ended;
    clearInterval(looking);
  }
}

/** Looks once. Undefined where nobody may or can. */
export async function observeOnce(key: ObserverKey, node: ObservedNode): Promise<Told | undefined> {
  const now = Date.now();
  if (key.nextAttempt(node.publicKey, now) > now) return undefined;
  const client = await openClient(key, node);
  let told: Told | undefined;
  client.onEvent((event) => {
    if (event.type === 'connected') told = factsOf(event.status);
  });
  try {
    await client.connect();
  } catch {
    await key.failed(node.publicKey, now);
  } finally {
    await client.close();
  }
  return told;
}

/** The client is a bundle of its own, loaded when somebody is observed. */
async function openClient({ keys }: ObserverKey, { url, publicKey }: ObservedNode): Promise<HotPocketClient> {
  const { HotPocketClient: Client } = await import('../../../client/client');
  return new Client({ url, keys, protocol: 'json', nodeKeys: [publicKey] });
}

function factsOf({ ledgerSeqNo, ledgerHash, voteStatus, roundTime, weaklyConnected, currentUnl, peers }: NodeStatus): Told {
  return { voteStatus, roundTime, weaklyConnected, unl: currentUnl, peers, ...(ledgerSeqNo > 0 && { ledger: { seqNo: ledgerSeqNo, hash: ledgerHash } }) };
}
