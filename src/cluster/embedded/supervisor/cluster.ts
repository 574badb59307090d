import { Emitter } from '../../../base/disposables';
import { asHotPocketError, errorText, HotPocketError } from '../../../base/errors';
import type { DebugOrder } from '../../../base/debugLink';
import type { LedgerInfo, LedgersQuery } from '../../../base/ledgers';
import type { NodeCommand, NodeFact } from '../../../base/nodeLink';
import type { RoundsMode } from '../../../base/rounds';
import type { ClusterChange, ClusterStatus, NodeStatusInfo, Task } from '../../engine';
import { RoundHistory } from '../../profile/history';
import { CLUSTER_NAME, type ClusterPaths } from '../../paths';
import { requireFreePorts } from '../../ports';
import { readClusterFile, withRounds, writeClusterFile, type ClusterRecord, type NodeRecord } from '../clusterFile';
import { describeCluster, describeNode, type ConsensusTerms } from '../describe';
import { configuredTerms } from '../nodeConfig';
import { abortable } from './abortable';
import { ClockKeeper } from './clockKeeper';
import { FaultKeeper } from './faultKeeper';
import { whenNodeIsGone } from './leftovers';
import { LedgerQuestions } from './ledgerQuestions';
import { NodeKeeper } from './nodeKeeper';
import type { NodeProgram } from './nodeProcess';

export interface ClusterOptions {
  readonly paths: ClusterPaths;
  readonly program: NodeProgram;
  /** What the nodes listen on. */
  readonly hosts: readonly string[];
  /** A line for the supervisor's own log. */
  readonly log: (line: string) => void;
}

const SHORTEST_GRACE_MS = 10_000;
const NO_TERMS: ConsensusTerms = { roundTime: 0, threshold: 0, unl: [], binPath: '', binArgs: '' };

/** The cluster as the supervisor holds it: its record on disk and a keeper for each node. Knows nothing of commands. */
export class Cluster {
  readonly changes = new Emitter<ClusterChange>();
  private current: ClusterRecord | undefined;
  private terms = NO_TERMS;
  private readonly keepers = new Map<number, NodeKeeper>();
  readonly clock: ClockKeeper;
  readonly faults: FaultKeeper;
  readonly rounds = new RoundHistory();
  private readonly questions = new LedgerQuestions((node, command) => this.send(node, command));
  readonly debugFacts = new Emitter<{ readonly node: number; readonly fact: Extract<NodeFact, { type: 'debuggee' | 'debuggeeEnded' }> }>();
  /** By number: they outlive the nodes' processes, and the nodes themselves. */
  private readonly debugOrders = new Map<number, DebugOrder>();

  constructor(readonly options: ClusterOptions) {
    const nodes = { running: () => [...this.keepers].filter(([, keeper]) => keeper.hasProcess).map(([node]) => node), send: (node: number, command: NodeCommand) => this.send(node, command) };
    this.faults = new FaultKeeper((node, faults) => this.send(node, { type: 'faults', faults }), (faults) => this.changes.fire({ type: 'faults', faults }));
    this.clock = new ClockKeeper(options.paths.clockFile, nodes, () => this.changes.fire({ type: 'pause', ...(this.clock.pause && { pause: this.clock.pause }) }));
  }

  async load(): Promise<void> {
    this.clock.load();
    await this.adopt(await readClusterFile(this.options.paths.clusterFile));
  }

  get record(): ClusterRecord | undefined {
    return this.current;
  }

  /** Throws CLUSTER_NOT_FOUND. */
  requireRecord(): ClusterRecord {
    if (!this.current) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: CLUSTER_NAME });
    return this.current;
  }

  /** The given node, or all. Throws CLUSTER_NOT_FOUND or NODE_NOT_FOUND. */
  select(node?: number): readonly NodeRecord[] {
    const { nodes } = this.requireRecord();
    if (node === undefined) return nodes;
    const chosen = nodes.filter((record) => record.node === node);
    if (chosen.length === 0) throw new HotPocketError('NODE_NOT_FOUND', { node, count: nodes.length });
    return chosen;
  }

  async save(record: ClusterRecord): Promise<void> {
    await writeClusterFile(this.options.paths.clusterFile, record);
    await this.adopt(record);
  }

  /** The cluster is gone from the disk. */
  async forget(): Promise<void> {
    await this.adopt(undefined);
  }

  async setRunning(chosen: readonly NodeRecord[], running: boolean): Promise<void> {
    const record = this.requireRecord();
    const nodes = record.nodes.map((node) => (chosen.some((one) => one.node === node.node) ? { ...node, running } : node));
    await this.save({ ...record, nodes });
  }

  get roundsMode(): RoundsMode {
    return this.current?.rounds ?? 'grid';
  }

  /** Nodes that start later are told then. */
  async setRounds(mode: RoundsMode): Promise<void> {
    await this.save(withRounds(this.requireRecord(), mode));
  }

  status(): ClusterStatus | undefined {
    const record = this.current;
    if (!record) return undefined;
    const config = [...this.keepers.values()].map((keeper) => keeper.facts.config).find((fact) => fact !== undefined);
    return describeCluster(this.options.paths, record, config ?? this.terms, record.nodes.map((node) => this.describe(node)), this.clock, this.faults.current);
  }

  describe(record: NodeRecord): NodeStatusInfo {
    const keeper = this.keeper(record);
    return describeNode(this.options.paths, record, this.terms.unl, keeper.state, keeper.facts, this.debugOrders.has(record.node));
  }

  /** True if a node runs, or will without anybody asking. */
  get isAlive(): boolean {
    return [...this.keepers.values()].some((keeper) => keeper.isAlive);
  }

  alive(): readonly NodeRecord[] {
    return (this.current?.nodes ?? []).filter((node) => this.keeper(node).isAlive);
  }

  /** Starts those that do not run, and waits until they do. All are tried; the first failure is thrown, the others are told. */
  async startNodes(nodes: readonly NodeRecord[], task?: Task): Promise<void> {
    const waiting = await this.requireStartable(nodes, task);
    if (waiting.length > 0) task?.progress?.(waiting.length === 1 ? `Starting node ${waiting[0]?.node}` : `Starting ${waiting.length} nodes`);
    const starts = Promise.allSettled(nodes.map((node) => this.keeper(node).start()));
    const failures = (await abortable(starts, task?.signal)).filter((start) => start.status === 'rejected').map(({ reason }) => asHotPocketError(reason));
    const [first, ...others] = failures;
    for (const error of others) this.notice(error);
    if (first) throw first;
  }

  /** Those of the nodes that have no process, once what they had before is gone. Throws PORT_IN_USE if somebody else has their ports. */
  async requireStartable(nodes: readonly NodeRecord[], task?: Task): Promise<NodeRecord[]> {
    const waiting = nodes.filter((node) => !this.keeper(node).hasProcess);
    await abortable(Promise.all(waiting.map((node) => whenNodeIsGone(this.options.paths.node(node.node)))), task?.signal);
    await this.requirePorts(waiting);
    return waiting;
  }

  async stopNodes(nodes: readonly NodeRecord[], task?: Task): Promise<void> {
    const running = nodes.filter((node) => this.keeper(node).isAlive);
    if (running.length > 0) task?.progress?.(running.length === 1 ? `Stopping node ${running[0]?.node}` : `Stopping ${running.length} nodes`);
    const graceMs = Math.max(SHORTEST_GRACE_MS, 2 * (this.status()?.roundTime ?? 0));
    await abortable(Promise.all(nodes.map((node) => this.keeper(node).stop(graceMs))), task?.signal);
  }

  /** What is to be debugged on a node from now on, also when it starts again; undefined for nothing. */
  orderDebugging(node: number, order: DebugOrder | undefined): void {
    if (order) this.debugOrders.set(node, order);
    else this.debugOrders.delete(node);
    this.send(node, { type: 'debug', ...(order && { order }) });
    this.publish(node);
  }

  /** As the running node tells them that is ahead of the others; nothing if none runs. */
  ledgers(query: LedgersQuery): Promise<readonly LedgerInfo[]> {
    const running = [...this.keepers].filter(([, { state }]) => state.kind === 'running');
    const height = ({ facts }: NodeKeeper): number => facts.ledger?.seqNo ?? 0;
    return this.questions.ask(running.sort(([, a], [, b]) => height(b) - height(a)).map(([node]) => node), query);
  }

  /** To a node that runs; to any other it is lost. */
  send(node: number, command: NodeCommand): void {
    this.keepers.get(node)?.send(command);
  }

  notice(error: HotPocketError, node?: number): void {
    const { code, message, remedy } = error;
    this.options.log(`${code} ${message}`);
    this.changes.fire({ type: 'notice', ...(node !== undefined && { node }), code, message, remedy });
  }

  private keeper({ node }: NodeRecord): NodeKeeper {
    const keeper = this.keepers.get(node);
    if (!keeper) throw new HotPocketError('NODE_NOT_FOUND', { node, count: this.keepers.size });
    return keeper;
  }

  private async requirePorts(nodes: readonly NodeRecord[]): Promise<void> {
    if (nodes.length === 0) return;
    const users = nodes.map(({ node, userPort: port }) => ({ node, port }));
    const peers = nodes.map(({ node, peerPort: port }) => ({ node, port }));
    await requireFreePorts({ use: 'users', ports: users }, { use: 'peers', ports: peers }, this.options.hosts, this.requireRecord().nodes.length, true);
  }

  private async adopt(record: ClusterRecord | undefined): Promise<void> {
    const existed = this.current !== undefined;
    const before = this.roundsMode;
    this.current = record;
    if (record && this.roundsMode !== before) this.tellRounds();
    this.terms = record ? await this.readTerms(record) : NO_TERMS;
    for (const { node } of record?.nodes ?? []) if (!this.keepers.has(node)) this.keepers.set(node, this.keep(node));
    for (const node of [...this.keepers.keys()]) if (!record?.nodes.some((one) => one.node === node)) this.keepers.delete(node);
    if (existed !== (record !== undefined)) this.changes.fire({ type: 'cluster', exists: !existed });
  }

  private async readTerms(record: ClusterRecord): Promise<ConsensusTerms> {
    try {
      return await configuredTerms(this.options.paths, record);
    } catch (error) {
      this.options.log(`The configuration of node 1 cannot be read: ${errorText(error)}`);
      return NO_TERMS;
    }
  }

  private keep(node: number): NodeKeeper {
    const { paths, program } = this.options;
    return new NodeKeeper(node, paths.node(node), program, {
      onChange: () => this.publish(node),
      onGone: () => this.clock.nodeGone(node),
      clock: () => this.clock.setting,
      debugOrder: () => this.debugOrders.get(node),
      rounds: () => this.roundsMode,
      faults: () => this.faults.of(node),
      onFact: (fact) => this.relay(node, fact),
      onNotice: (notice) => this.notice(notice, node),
    });
  }

  private tellRounds(): void {
    for (const keeper of this.keepers.values()) keeper.send({ type: 'rounds', mode: this.roundsMode });
    this.changes.fire({ type: 'rounds', mode: this.roundsMode });
  }

  private publish(node: number): void {
    const record = this.current?.nodes.find((one) => one.node === node);
    if (record) this.changes.fire({ type: 'node', node: this.describe(record) });
  }

  private relay(node: number, fact: NodeFact): void {
    if (fact.type === 'ledger') {
      const { type: _type, ...ledger } = fact;
      this.changes.fire({ type: 'ledger', node, seqNo: ledger.seqNo, hash: ledger.hash, ledger });
    } else if (fact.type === 'ledgers') this.questions.answered(fact.question, fact.ledgers);
    else if (fact.type === 'run') {
      const { phase, kind, ledgerSeqNo, pid } = fact;
      this.changes.fire({ type: 'run', node, phase, kind, ledgerSeqNo, pid });
    } else if (fact.type === 'round') {
      this.rounds.add(node, fact.round);
      this.changes.fire({ type: 'round', node, round: fact.round });
    } else if (fact.type === 'hold') {
      if (fact.wanted) void this.hold(node, fact);
      else this.clock.release(node, fact.run);
    } else if (fact.type === 'clockSet') this.clock.nodeSet(node, fact.number);
    else if (fact.type === 'debuggee' || fact.type === 'debuggeeEnded') this.debugFacts.fire({ node, fact });
  }

  private async hold(node: number, { run, kind, ledgerSeqNo }: Extract<NodeFact, { type: 'hold' }>): Promise<void> {
    const silent = await this.clock.hold(node, run, kind, ledgerSeqNo);
    for (const other of silent) this.notice(new HotPocketError('CLOCK_NOT_HELD', { node: other, debugged: node }), other);
    this.send(node, { type: 'held', run });
  }
}
