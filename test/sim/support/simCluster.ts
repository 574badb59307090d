import { makeGrid, nextRoundStart } from '../../../src/hotpocket/grid';
import type { Hex } from '../../../src/hotpocket/hash';
import { inputHash, type SignedInput } from '../../../src/hotpocket/inputs';
import type { Ledger } from '../../../src/hotpocket/ledger';
import type { ConsensusConfig } from '../../../src/node/consensus/types';
import { fakeSign } from './fakeKeys';
import { Random } from './random';
import { keyOf, SimNode, stateOf, userKeyOf, type SimMessage } from './simNode';
import { World } from './world';

export interface NetworkRules {
  /** Milliseconds. */
  delay: [min: number, max: number];
  drop: number;
  duplicate: number;
  /** Messages between these are lost. */
  cut: (from: SimNode, to: SimNode) => boolean;
}

export class SimNetwork {
  rules: NetworkRules = { delay: [1, 20], drop: 0, duplicate: 0, cut: () => false };
  sent = 0;
  private readonly lastArrival = new Map<string, number>();

  constructor(private readonly world: World, private readonly random: Random) {}

  send(from: SimNode, to: SimNode, message: SimMessage): void {
    this.sent++;
    const { delay, drop, duplicate, cut } = this.rules;
    if (cut(from, to) || this.random.chance(drop)) return;
    for (let copies = this.random.chance(duplicate) ? 2 : 1; copies > 0; copies--) {
      // One link keeps its order, as a TCP connection does.
      const link = `${from.key}>${to.key}`;
      const arrival = Math.max(this.world.now + this.random.between(...delay), this.lastArrival.get(link) ?? 0);
      this.lastArrival.set(link, arrival);
      this.world.at(arrival, () => to.receive(from, message));
    }
  }
}

export interface SimOptions {
  readonly size: number;
  readonly seed: number;
  readonly roundTime?: number;
  /** How long the contract runs on a node, ms. */
  readonly runTime?: (random: Random) => number;
  /** How far a node's clock is off, ms. */
  readonly clockShift?: (node: number, random: Random) => number;
  readonly threshold?: number;
}

/** N nodes in one process on virtual time, and the book that is kept of all they do. */
export class SimCluster {
  readonly world = new World();
  readonly random: Random;
  readonly network: SimNetwork;
  readonly nodes: SimNode[];
  readonly roundTime: number;
  private readonly contractId: string;
  /** Ledger number → hash → numbers of the nodes that closed it. */
  readonly ledgers = new Map<number, Map<Hex, Set<number>>>();
  /** Chance that a node dies before an effect. */
  crashRate = 0;
  readonly submitted: { hash: Hex; text: string; at: number }[] = [];
  private readonly timeline: string[] = [];
  private readonly indexOf = new Map<SimNode, number>();
  private readonly nodeByKey = new Map<Hex, SimNode>();
  private nonce = 1n;

  constructor(readonly options: SimOptions) {
    const { size, seed, roundTime = 2000, threshold = 80 } = options;
    this.random = new Random(seed);
    this.roundTime = roundTime;
    this.network = new SimNetwork(this.world, this.random);
    this.contractId = `sim-${seed}`;
    const unl = Array.from({ length: size }, (_, i) => keyOf(i)).sort();
    const common: Omit<ConsensusConfig, 'publicKey'> = {
      contractId: this.contractId, role: 'validator', execute: true, unl, threshold, roundTime, stageSlice: 25, maxInputLedgerOffset: 10, userInputBytes: 0,
    };
    this.nodes = unl.map((publicKey, i) => new SimNode(this, { ...common, publicKey }, () => options.runTime?.(this.random) ?? 40, options.clockShift?.(i, this.random) ?? 0));
    this.nodes.forEach((node, i) => {
      this.indexOf.set(node, i);
      this.nodeByKey.set(node.key, node);
    });
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

  recordLedger(node: SimNode, ledger: Ledger): void {
    const byHash = this.ledgers.get(ledger.seqNo) ?? new Map<Hex, Set<number>>();
    this.ledgers.set(ledger.seqNo, byHash);
    const closers = byHash.get(ledger.hash) ?? new Set<number>();
    byHash.set(ledger.hash, closers.add(this.indexOf.get(node) ?? -1));
  }

  /** Ledger numbers for which nodes closed different ledgers. */
  forks(): number[] {
    return [...this.ledgers].filter(([, byHash]) => byHash.size > 1).map(([seqNo]) => seqNo);
  }

  /** A user's input, handed to the given node. */
  submit(node: SimNode, user = 0): void {
    const text = `input ${this.submitted.length}`;
    const nonce = this.nonce++;
    const container = Buffer.from(JSON.stringify({ input: text, nonce: Number(nonce), max_ledger_seq_no: node.disk.last.seqNo + 10 }));
    const pubkey = userKeyOf(user);
    const signed: SignedInput = { pubkey, protocol: 'json', container, signature: fakeSign(container, pubkey) };
    this.submitted.push({ hash: inputHash(signed.signature), text, at: this.world.now });
    node.submit(signed);
  }

  trace(node: SimNode, text: string): void {
    this.timeline.push(`${String(Math.round(this.world.now - 1_700_000_000_000)).padStart(8)} node ${(this.indexOf.get(node) ?? -1) + 1}: ${text}`);
  }

  /** For a failure message: how to see it again, and what happened last. */
  report(lines = 40): string {
    return [`seed ${this.options.seed}, ${this.options.size} nodes, round time ${this.roundTime}`, ...this.timeline.slice(-lines)].join('\n');
  }

  /** All running nodes stand on the same ledger and state (call between rounds). */
  agreement(): { last: Set<Hex>; states: Set<Hex> } {
    const up = this.nodes.filter((n) => n.up);
    return { last: new Set(up.map((n) => n.disk.last.hash)), states: new Set(up.map((n) => stateOf(n.disk.log))) };
  }
}

