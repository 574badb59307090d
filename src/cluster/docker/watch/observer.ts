import { setTimeout as sleep } from 'node:timers/promises';
import { HotPocketError } from '../../../base/errors';
import type { LedgerInfo, LedgersQuery } from '../../../base/ledgers';
import type { HotPocketClient, NodeStatus } from '../../../client/client';
import { deferred } from '../../../client/deferred';
import { runKey, type DockerCluster } from '../cluster';
import type { FactsOfNode } from '../describe';
import { keepsRaw } from '../nodeConfigView';
import type { NodeFacts } from './facts';
import { ObservedLedgers, publishedInfo } from './observedLedgers';
import type { ObserverKey } from './observerKey';

/** A run of a node that takes users. */
export interface ObservedNode {
  readonly node: number;
  readonly run: string;
  readonly url: string;
  /** What the observer must find there. */
  readonly publicKey: string;
  /** It stands still: a connection may stay, but none can be made. */
  readonly paused: boolean;
  /** It keeps inputs and outputs of its ledgers. */
  readonly keepsRaw: boolean;
}

/** What the observer was told. */
export type Told = Partial<NodeFacts>;

const LOOK_EVERY_MS = 5_000;
export const GONE: Told = { observer: undefined, peers: undefined };

export function observedNodes({ nodes }: DockerCluster, factsOf: FactsOfNode, host: string): ObservedNode[] {
  return nodes.flatMap((node) => {
    const { config, container } = node;
    if (!container?.State.Running || !factsOf(node)?.listening || !config.user.listen || config.node.public_key === '') return [];
    return [{ node: node.node, run: runKey(container), url: `wss://${host}:${config.user.port}`, publicKey: config.node.public_key, paused: container.State.Paused, keepsRaw: keepsRaw(config) }];
  });
}

/**
 * A user of one node who only looks (reference 6, 10.4): the whole handshake, then its status, its ledgers and votes. Over JSON, and older ledgers
 * only when somebody wants to see them. Attempts that fail are few, so that the node's ban never strikes; its log still tells where it stands.
 */
export class NodeObserver {
  /** Resolves when it was told something, or the first attempt has failed. */
  readonly tried: Promise<void>;
  private readonly end = new AbortController();
  private readonly tell: (told: Told) => void;
  private readonly done: Promise<void>;
  private visited: ObservedLedgers | undefined;

  constructor(private readonly key: ObserverKey, private readonly node: ObservedNode, tell: (told: Told) => void) {
    const first = deferred<void>();
    this.tried = first.promise;
    this.tell = (told) => {
      tell(told);
      first.resolve();
    };
    this.done = this.observe().finally(() => first.resolve());
  }

  /** Resolves when the node was left. A handshake that was begun is finished: to go away in the middle is a violation. */
  close(): Promise<void> {
    this.end.abort();
    return this.done;
  }

  /** Undefined while it is not connected, and if the node does not answer. */
  async ledgers(query: LedgersQuery): Promise<readonly LedgerInfo[] | undefined> {
    return this.visited?.ask(query);
  }

  get canCount(): boolean {
    return this.visited?.canCount ?? false;
  }

  private async observe(): Promise<void> {
    const { signal } = this.end;
    const { run } = this.node;
    while (!signal.aborted) {
      try {
        const now = Date.now();
        await sleep(this.key.nextAttempt(run, now) - now, undefined, { signal, ref: false });
        await this.visit();
      } catch (error) {
        // Another cluster's node is there.
        if (signal.aborted || (error instanceof HotPocketError && error.code === 'CLIENT_UNEXPECTED_NODE')) return;
        this.tell(GONE);
        await this.key.failed(run, Date.now()).catch(() => undefined);
      }
    }
  }

  /** Rejects when no connection could be made, or the node has ended it. */
  private async visit(): Promise<void> {
    const { signal } = this.end;
    const client = await openClient(this.key, this.node);
    if (signal.aborted) return;
    const over = new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      client.onEvent((event) => {
        if (event.type === 'connected') this.tell({ ...toldBy(event.status), observer: this.key.keys.publicKey });
        else if (event.type === 'ledger') this.tell({ ledger: publishedInfo(event.ledger) });
        else if (event.type === 'voteStatus') this.tell({ voteStatus: event.voteStatus });
        else if (event.type === 'unl') this.tell({ unl: event.unl });
        else if (event.type === 'disconnected') reject(event.error);
      });
    });
    client.subscribe('ledger_event');
    client.subscribe('unl_change');
    let looking: NodeJS.Timeout | undefined;
    try {
      this.visited = new ObservedLedgers(client, this.node.keepsRaw);
      await client.connect();
      looking = setInterval(() => void client.status().then((status) => this.tell(toldBy(status)), () => undefined), LOOK_EVERY_MS).unref();
      await over;
    } finally {
      clearInterval(looking);
      this.visited = undefined;
      await client.close();
    }
  }
}

/** The client is a bundle of its own, loaded when somebody is observed. */
async function openClient({ keys }: ObserverKey, { url, publicKey }: ObservedNode): Promise<HotPocketClient> {
  const { HotPocketClient: Client } = await import('../../../client/client');
  return new Client({ url, keys, protocol: 'json', nodeKeys: [publicKey] });
}

function toldBy({ ledgerSeqNo, ledgerHash, voteStatus, roundTime, weaklyConnected, currentUnl, peers }: NodeStatus): Told {
  return { voteStatus, roundTime, weaklyConnected, unl: currentUnl, peers, ...(ledgerSeqNo > 0 && { ledger: { seqNo: ledgerSeqNo, hash: ledgerHash } }) };
}
