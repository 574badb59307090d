import { isDeepStrictEqual } from 'node:util';
import type Docker from 'dockerode';
import { Emitter, type Disposable } from '../../../base/disposables';
import { HotPocketError } from '../../../base/errors';
import type { LedgerInfo, LedgersQuery } from '../../../base/ledgers';
import { sharing } from '../../../base/sharing';
import type { ClusterChange, ClusterStatus, NodeStatusInfo } from '../../engine';
import { isTakenForUp, runKey, type ClusterReader, type DockerCluster, type DockerNode } from '../cluster';
import { describeCluster, exitText } from '../describe';
import { isOfCluster, LOCK, nodeNumber } from '../names';
import { nodeLogCommand } from '../nodes';
import type { DockerEvent, DockerEvents } from './events';
import type { NodeFacts } from './facts';
import { NodeWatch } from './nodeWatch';
import { observedNodes, type ObservedNode, type Told } from './observer';
import { Observers } from './observers';

export interface WatchHost {
  docker(): Docker;
  readonly reader: ClusterReader;
  readonly events: DockerEvents;
  /** Of published ports. */
  readonly host: string;
  /** Where the observer's key is kept; undefined if nobody is to observe. */
  readonly observerHome: string | undefined;
}

const TROUBLE_MS = 60_000;
const ASKED = new Set(['0', '2', '15', '130', '143']);

/** Keeps up with the cluster while somebody listens, and tells what changes. */
export class ClusterWatch implements Disposable {
  readonly changes = new Emitter<ClusterChange>();
  private readonly subscription: Disposable;
  private readonly watches = new Map<number, NodeWatch>();
  private cluster: DockerCluster | undefined;
  private told: ClusterStatus | undefined;
  private disposed = false;
  /** Reads the cluster anew. */
  private readonly look = sharing(() => this.read());
  /** What happened to nodes since the cluster was last read. */
  private readonly noted = new Map<number, HotPocketError>();
  private readonly endedAt = new Map<number, number>();

  private readonly observers: Observers | undefined;
  private beginning: Promise<void> | undefined;

  constructor(private readonly host: WatchHost) {
    const { observerHome } = host;
    this.observers = observerHome === undefined ? undefined : new Observers(observerHome, (node, told) => this.observed(node, told));
    this.subscription = host.events.on((event) => this.hear(event));
  }

  /** Resolves when what there was to know when it began is known. */
  caughtUp(): Promise<void> {
    return (this.beginning ??= (async () => {
      await this.look();
      await Promise.all([...this.watches.values()].map((watch) => watch.caughtUp));
      await this.observers?.first();
    })());
  }

  /** What is known of a run of a node, if it is watched long enough. */
  facts(node: DockerNode): NodeFacts | undefined {
    return this.watchOf(node)?.knownFacts;
  }

  /** As the observer is told them. */
  async ledgers(query: LedgersQuery): Promise<readonly LedgerInfo[]> {
    await this.caughtUp();
    return (await this.observers?.ledgers(query)) ?? [];
  }

  private watchOf({ node, container }: DockerNode): NodeWatch | undefined {
    const watch = this.watches.get(node);
    return watch && container && watch.key === runKey(container) ? watch : undefined;
  }

  dispose(): void {
    this.disposed = true;
    this.subscription.dispose();
    this.observers?.dispose();
    for (const watch of this.watches.values()) watch.dispose();
    this.watches.clear();
  }

  private hear(event: DockerEvent): void {
    if (event.type === 'container') {
      if (event.name !== LOCK && !isOfCluster(event.name)) return;
      this.note(event);
      void this.look();
    } else if (event.type === 'connected') void this.look();
    else {
      for (const watch of this.watches.values()) watch.dispose();
      this.watches.clear();
      this.cluster = this.told = undefined;
      this.observers?.update('', []);
      // Whoever looks is told that the daemon does not answer.
      this.changes.fire({ type: 'cluster', exists: false });
    }
  }

  private async read(): Promise<void> {
    if (this.disposed) return;
    // The events end with the daemon; that it does not answer is told then.
    const cluster = await this.host.reader.read().catch(() => this.cluster);
    if (!this.disposed) this.adopt(cluster);
  }

  private adopt(cluster: DockerCluster | undefined): void {
    this.cluster = cluster;
    for (const node of cluster?.nodes ?? []) this.follow(node);
    for (const [number, watch] of this.watches) {
      const node = cluster?.nodes.find((one) => one.node === number);
      if (node?.container?.State.Running && watch.key === runKey(node.container)) continue;
      watch.dispose();
      this.watches.delete(number);
    }
    this.observe();
    this.tell();
    this.announce();
  }

  private follow({ node, container, config }: DockerNode): void {
    if (!container?.State.Running) return;
    const key = runKey(container);
    const known = this.watches.get(node);
    if (known?.key === key) return;
    known?.dispose();
    this.watches.set(node, new NodeWatch(this.host.docker(), key, container.Id, isTakenForUp(container.State, config), { changed: (before, facts) => this.learn(node, before, facts) }));
  }

  private observe(): void {
    const { cluster } = this;
    this.observers?.update(cluster?.nodes[0]?.config.contract.id ?? '', cluster ? observedNodes(cluster, (node) => this.watchOf(node)?.facts, this.host.host) : []);
  }

  private observed({ node, run }: ObservedNode, told: Told): void {
    const watch = this.watches.get(node);
    if (watch?.key === run) watch.add(told);
  }

  private learn(node: number, before: NodeFacts, { ledger, listening }: NodeFacts): void {
    if (listening !== before.listening) this.observe();
    // The log tells of a ledger, and the observer more of the same.
    if (ledger && !isDeepStrictEqual(ledger, before.ledger)) this.changes.fire({ type: 'ledger', node, seqNo: ledger.seqNo, hash: ledger.hash, ledger });
    this.tell();
  }

  /** Tells what is new since the last time. */
  private tell(): void {
    const before = this.told;
    this.told = this.cluster && describeCluster(this.cluster, (node) => this.watchOf(node)?.facts, this.host.host);
    const sameNodes = before?.nodes.length === this.told?.nodes.length && before?.contractId === this.told?.contractId;
    if (!sameNodes) this.changes.fire({ type: 'cluster', exists: this.told !== undefined });
    else for (const node of this.told?.nodes ?? []) if (!isDeepStrictEqual(withoutLedger(node), withoutLedger(before?.nodes.find((one) => one.node === node.node)))) this.changes.fire({ type: 'node', node });
  }

  private note({ action, name, attributes }: Extract<DockerEvent, { type: 'container' }>): void {
    const node = nodeNumber(name);
    if (node === undefined) return;
    if (action === 'die' && !ASKED.has(attributes.exitCode ?? '0')) this.noted.set(node, new HotPocketError('NODE_ENDED', { node, exit: exitText(Number(attributes.exitCode)), log: nodeLogCommand(node) }));
    else if (action === 'pause') this.noted.set(node, new HotPocketError('NODE_PAUSED', { node }));
    else if (action === 'destroy') this.noted.set(node, new HotPocketError('NODE_CONTAINER_MISSING', { node }));
  }

  /** What somebody did to a node behind everybody's back, and how to go on. A cluster that is being removed is no news. */
  private announce(): void {
    const { cluster } = this;
    for (const [node, error] of this.noted) {
      const kept = cluster?.operation !== 'clean' && cluster?.nodes.some((one) => one.node === node && (one.container === undefined) === (error.code === 'NODE_CONTAINER_MISSING'));
      // Docker starts it again and again, which is one trouble.
      const again = error.code === 'NODE_ENDED' && performance.now() < (this.endedAt.get(node) ?? -Infinity) + TROUBLE_MS;
      if (error.code === 'NODE_ENDED') this.endedAt.set(node, performance.now());
      const { code, message, remedy } = error;
      if (kept && !again) this.changes.fire({ type: 'notice', node, code, message, remedy });
    }
    this.noted.clear();
  }
}

/** Ledgers have events of their own. */
function withoutLedger(node: NodeStatusInfo | undefined): object | undefined {
  if (!node) return undefined;
  const { ledger: _ledger, ...rest } = node;
  return rest;
}
