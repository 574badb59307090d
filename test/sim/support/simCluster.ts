import { makeGrid, nextRoundStart } from '../../../src/hotpocket/grid';
import type { RoundsMode } from '../../../src/base/rounds';
import { shortHash, type Hex } from '../../../src/hotpocket/hash';
import { inputHash, type SignedInput } from '../../../src/hotpocket/inputs';
import type { Ledger } from '../../../src/hotpocket/ledger';
import type { ConsensusConfig } from '../../../src/node/consensus/types';
import { forkedNumbers } from '../../support/properties';
import { fakeSign } from './fakeKeys';
import { SimNetwork } from './network';
import { Random } from './random';
import { keyOf, SimNode, stateOf, userKeyOf, type SimMessage } from './simNode';
import { World } from './world';

export interface SimOptions {
  /** Members of the UNL. */
  readonly size: number;
  readonly seed: number;
  /** Nodes that are not in the UNL, every second one an observer. */
  readonly followers?: number;
  /** The last member of the UNL observes only: it never votes. */
  readonly silentMember?: boolean;
  readonly roundTime?: number;
  /** The last member has this round time in its configuration. */
  readonly otherRoundTime?: number;
  /** How long the contract runs on a node at most, ms. */
  readonly runTime?: number;
  /** How far a node's clock is off, ms. */
  readonly clockShift?: (random: Random) => number;
  readonly threshold?: number;
  readonly rounds?: RoundsMode;
  /** The contract sends something to every user in every round, and not only answers. */
  readonly talkative?: boolean;
}

/** Nodes in one process on virtual time, and the book that is kept of all they do. */
export class SimCluster {
  readonly world = new World();
  readonly random: Random;
  readonly network: SimNetwork;
  /** Members of the UNL first. */
  readonly nodes: SimNode[];
  readonly members: SimNode[];
  readonly roundTime: number;
  private readonly contractId: string;
  /** Ledger number → hash → nodes that closed it. */
  readonly ledgers = new Map<number, Map<Hex, Set<SimNode>>>();
  /** How long a run takes at most, ms. */
  runTime: number;
  /** Chance that a node dies before an effect, and that it dies in the middle of writing a ledger. */
  crashRate = 0;
  tornRate = 0;
  readonly submitted: { readonly hash: Hex; readonly text: string }[] = [];
  /** Rules that a node broke, as soon as it did. */
  readonly violations: string[] = [];
  /** What is to happen when a node closes a ledger. */
  readonly onClose = new Set<(node: SimNode) => void>();
  readonly faults: string[] = [];
  private readonly timeline: { readonly at: number; readonly node: SimNode; readonly text: string }[] = [];
  private readonly nodeByKey = new Map<Hex, SimNode>();
  private nonce = 1n;
  /** The clock of the cluster stands still at `heldAt`, and lags behind the world's by all it ever stood. */
  private heldAt: number | undefined;
  private behind = 0;
  private readonly alarms: { readonly time: number; readonly action: () => void }[] = [];

  constructor(readonly options: SimOptions) {
    const { size, seed, roundTime = 2000, threshold = 80, followers = 0, silentMember = false } = options;
    this.random = new Random(seed);
    this.roundTime = roundTime;
    this.runTime = options.runTime ?? 40;
    this.network = new SimNetwork(this.world, this.random);
    this.contractId = `sim-${seed}`;
    const unl = Array.from({ length: size }, (_, i) => keyOf(i)).sort();
    const common = {
      contractId: this.contractId, execute: true, unl, threshold, roundTime, stageSlice: 25, maxInputLedgerOffset: 10, userInputBytes: 0,
    };
    this.nodes = Array.from({ length: size + followers }, (_, i) => {
      const isObserver = i >= size ? (i - size) % 2 === 1 : silentMember && i === size - 1;
      const config: ConsensusConfig = { ...common, role: isObserver ? 'observer' : 'validator', publicKey: unl[i] ?? keyOf(i), roundTime: i === size - 1 ? (options.otherRoundTime ?? roundTime) : roundTime };
      return new SimNode(this, i + 1, config, () => this.random.between(5, this.runTime), options.clockShift?.(this.random) ?? 0, options.rounds);
    });
    this.members = this.nodes.slice(0, size);
    for (const node of this.nodes) this.nodeByKey.set(node.key, node);
  }

  start(): void {
    for (const node of this.nodes) this.world.after(this.random.between(0, 300), () => node.start());
  }

  /** Runs that many rounds and stops in the middle of one, when all nodes that will close its predecessor have done so. */
  runRounds(rounds: number): void {
    const grid = makeGrid(this.contractId, { roundTime: this.roundTime, stageSlice: 25 });
    this.world.runUntil(nextRoundStart(grid, this.world.now + (rounds - 1) * this.roundTime) + 0.6 * this.roundTime);
  }

  broadcast(from: SimNode, message: SimMessage): void {
    for (const node of this.others(from)) this.network.send(from, node, message);
  }

  others(node: SimNode): SimNode[] {
    return this.nodes.filter((n) => n !== node && n.up);
  }

  byKey(key: Hex): SimNode | undefined {
    return this.nodeByKey.get(key);
  }

  /** The time of the cluster. */
  get now(): number {
    return this.heldAt ?? this.world.now - this.behind;
  }

  at(time: number, action: () => void): void {
    if (this.heldAt !== undefined && time > this.heldAt) this.alarms.push({ time, action });
    else this.world.at(time + this.behind, () => (this.now < time - 1e-3 ? this.at(time, action) : action()));
  }

  /** As while a contract is debugged: what is due by now still happens. */
  holdClock(): void {
    this.heldAt = this.now;
  }

  releaseClock(): void {
    this.behind = this.world.now - this.now;
    this.heldAt = undefined;
    for (const { time, action } of this.alarms.splice(0)) this.at(time, action);
  }

  /** Sockets of a process that is gone are closed at once. Partitions and frozen processes leave them open. */
  connectivityChanged(): void {
    this.world.after(5, () => {
      for (const node of this.nodes) if (node.up) node.setPeers(this.others(node).map(({ key }) => key));
    });
  }

  recordLedger(node: SimNode, ledger: Ledger, before: Ledger): void {
    if (ledger.time <= before.time) this.violation(node, `ledger ${ledger.seqNo} is not later than the one before`);
    const byHash = this.ledgers.get(ledger.seqNo) ?? new Map<Hex, Set<SimNode>>();
    this.ledgers.set(ledger.seqNo, byHash);
    byHash.set(ledger.hash, (byHash.get(ledger.hash) ?? new Set()).add(node));
    for (const act of this.onClose) act(node);
  }

  /** Ledger numbers for which nodes closed different ledgers. */
  forks(): number[] {
    return forkedNumbers(this.ledgers);
  }

  /** A user's input, handed to the given node. */
  submit(node: SimNode, user = 0): void {
    const text = `input ${this.submitted.length}`;
    const nonce = this.nonce++;
    const container = Buffer.from(JSON.stringify({ input: text, nonce: Number(nonce), max_ledger_seq_no: node.last.seqNo + 10 }));
    const pubkey = userKeyOf(user);
    const signed: SignedInput = { pubkey, protocol: 'json', container, signature: fakeSign(container, pubkey) };
    this.submitted.push({ hash: inputHash(signed.signature), text });
    node.submit(signed);
  }

  trace(node: SimNode, text: string): void {
    this.timeline.push({ at: this.world.now, node, text });
  }

  fault(text: string): void {
    this.faults.push(`${this.time(this.world.now)} ${text}`);
  }

  violation(node: SimNode, text: string): void {
    this.violations.push(`${this.time(this.world.now)} node ${node.number}: ${text}`);
  }

  /** For a failure message: how to see it again, what was done to the nodes, forks, and what happened last. */
  report(lines = 60): string {
    const { seed, size } = this.options;
    const forks = this.forks().map((seqNo) => {
      const ledgers = [...(this.ledgers.get(seqNo) ?? [])].map(([hash, nodes]) => `${shortHash(hash)} on ${[...nodes].map((n) => n.number).join(', ')}`);
      return `two ledgers ${seqNo}: ${ledgers.join('; ')}`;
    });
    const events = this.timeline.slice(-lines).map(({ at, node, text }) => `${this.time(at)} node ${node.number}: ${text}`);
    const nodes = `${size} nodes${this.nodes.length > size ? ` and ${this.nodes.length - size} followers` : ''}`;
    return [`seed ${seed}, ${nodes}, round time ${this.roundTime}`, 'Faults:', ...this.faults, ...forks, 'Last events:', ...events].join('\n');
  }

  /** On which ledgers and states the running nodes stand (call between rounds). */
  agreement(): { last: Set<Hex>; states: Set<Hex> } {
    const up = this.nodes.filter((n) => n.up);
    return { last: new Set(up.map((n) => n.last.hash)), states: new Set(up.map((n) => stateOf(n.disk.log))) };
  }

  private time(at: number): string {
    return String(Math.round(at - 1_700_000_000_000)).padStart(8);
  }
}
