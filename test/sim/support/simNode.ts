import { blake3Hex, fromHex, ZERO_HASH, type Hex } from '../../../src/hotpocket/hash';
import { GENESIS, type Ledger } from '../../../src/hotpocket/ledger';
import type { SignedInput } from '../../../src/hotpocket/inputs';
import { Consensus } from '../../../src/node/consensus/consensus';
import { makeCandidate, rememberedLedgers, runInputs } from '../../../src/node/consensus/inputPool';
import type { Closing, ConsensusConfig, ConsensusEvent, Effect, LedgerEntry, NonUnlProposal, RunInputs } from '../../../src/node/consensus/types';
import type { Proposal } from '../../../src/node/consensus/proposal';
import { lastEntries, LedgerFetch, serveLedgers, type LedgerChain, type LedgerRequest, type LedgerResponse } from '../../../src/node/sync/ledgerSync';
import type { UserOutput } from '../../../src/hotpocket/outputs';
import { fakeSign, fakeVerify } from './fakeKeys';
import type { SimCluster } from './simCluster';

export type SimMessage =
  | { type: 'proposal'; proposal: Proposal }
  | { type: 'nup'; nup: NonUnlProposal }
  | { type: 'closingRequest'; after: Hex; seqNo: number }
  | { type: 'closing'; closing: Closing }
  | { type: 'inputRequest'; inputs: readonly Hex[] }
  | { type: 'inputs'; inputs: readonly SignedInput[] }
  | { type: 'ledgerRequest'; request: LedgerRequest }
  | { type: 'ledgerResponse'; response: LedgerResponse }
  | { type: 'stateRequest'; hash: Hex }
  | { type: 'state'; hash: Hex; log: readonly string[] };

/** What survives a crash of the process. */
interface Disk {
  chain: Map<number, Closing | LedgerEntry>;
  last: Ledger;
  /** The contract's state: every input it ever got, in order. */
  log: readonly string[];
  completed: number;
  outputs: readonly UserOutput[];
}

const PATCH = 'ab'.repeat(32);
export const stateOf = (log: readonly string[]): Hex => (log.length === 0 ? ZERO_HASH : blake3Hex(Buffer.from(log.join('\n'))));

/** A node without sockets, disks and processes around the same consensus and ledger-sync code that real nodes run. */
export class SimNode {
  readonly disk: Disk = { chain: new Map(), last: GENESIS, log: [], completed: 0, outputs: [] };
  readonly accepted = new Map<Hex, number>();
  readonly rejected = new Map<Hex, string>();
  readonly delivered: string[] = [];
  /** How many nodes vouched for each delivery. */
  readonly vouchers: number[] = [];
  readonly lines: string[] = [];
  /** Every run this node did: ledger number → its hash and the inputs. */
  readonly runs: { seqNo: number; hash: Hex; inputs: string[] }[] = [];
  private consensus: Consensus | undefined;
  private generation = 0;
  private wake = 0;
  private fetch: LedgerFetch | undefined;
  private wantedState: Hex | undefined;
  private frozenUntil = 0;
  private syncTurn = 0;
  private readonly knownStates = new Map<Hex, readonly string[]>([[stateOf([]), []]]);

  constructor(readonly cluster: SimCluster, readonly config: ConsensusConfig, readonly runTime: () => number, readonly clockShift = 0) {}

  get key(): Hex {
    return this.config.publicKey;
  }

  get up(): boolean {
    return this.consensus !== undefined;
  }

  get status(): string {
    return this.consensus?.view.status ?? 'down';
  }

  start(): void {
    const { disk } = this;
    const pending = disk.completed === disk.last.seqNo - 1 ? this.pendingRun(disk.last) : undefined;
    this.generation++;
    this.consensus = new Consensus(this.config, {
      last: disk.last, stateHash: stateOf(disk.log), patchHash: PATCH, outputs: disk.outputs, recent: lastEntries(this.chain, rememberedLedgers(this.config.maxInputLedgerOffset)), ...(pending ? { pendingRun: pending } : {}),
    }, { sign: (m) => fakeSign(m, this.key), verify: fakeVerify, randomBytes: (n) => this.cluster.random.bytes(n) });
    this.step({ type: 'start' });
  }

  /** As kill -9: what was in memory is gone, what was committed is not. */
  crash(): void {
    this.consensus = undefined;
    this.generation++;
    this.fetch = undefined;
    this.wantedState = undefined;
  }

  stop(): void {
    this.step({ type: 'stop' });
  }

  submit(input: SignedInput): void {
    const candidate = makeCandidate(input);
    if (!this.consensus || !candidate) return;
    const reason = this.consensus.checkSubmit(input, candidate.container);
    if (reason) this.rejected.set(candidate.inputHash, reason);
    else this.step({ type: 'input', input });
  }

  connectUsers(users: readonly Hex[]): void {
    this.step({ type: 'users', users });
  }

  receive(from: SimNode, message: SimMessage): void {
    if (!this.consensus) return;
    switch (message.type) {
      case 'proposal': return this.step(message);
      case 'nup': return this.step(message);
      case 'closing': return this.step(message);
      case 'inputs': return this.step(message);
      case 'inputRequest': return this.step({ type: 'inputsRequested', by: from.key, inputs: message.inputs });
      case 'closingRequest': {
        const closing = this.chain.closing(message.seqNo + 1);
        if (closing && closing.ledger.prevHash === message.after) this.send(from, { type: 'closing', closing });
        return;
      }
      case 'ledgerRequest': {
        const response = serveLedgers(this.chain, message.request);
        if (response) this.send(from, { type: 'ledgerResponse', response });
        return;
      }
      case 'ledgerResponse': return this.onLedgers(from, message.response);
      case 'stateRequest': {
        const log = this.knownStates.get(message.hash);
        if (log) this.send(from, { type: 'state', hash: message.hash, log });
        return;
      }
      case 'state':
        if (message.hash !== this.wantedState || stateOf(message.log) !== message.hash) return;
        this.wantedState = undefined;
        this.step({ type: 'syncEnded' });
        this.disk.log = message.log;
        this.disk.completed = -1;
        this.disk.outputs = [];
        this.knownStates.set(message.hash, message.log);
        return this.step({ type: 'stateSynced', stateHash: message.hash });
    }
  }

  private get now(): number {
    return this.cluster.world.now + this.clockShift;
  }

  private get chain(): LedgerChain {
    const { chain, last } = this.disk;
    return {
      last,
      entry: (seqNo) => chain.get(seqNo),
      closing: (seqNo) => {
        const entry = chain.get(seqNo);
        return entry && 'proof' in entry ? entry : undefined;
      },
    };
  }

  private send(to: SimNode, message: SimMessage): void {
    this.cluster.network.send(this, to, message);
  }

  /** Until then nothing is handled: as a stopped process, whose messages wait. */
  freeze(until: number): void {
    this.frozenUntil = until;
  }

  private step(event: ConsensusEvent): void {
    if (!this.consensus) return;
    if (this.cluster.world.now < this.frozenUntil) {
      const { generation } = this;
      this.cluster.world.at(this.frozenUntil, () => generation === this.generation && this.step(event));
      return;
    }
    for (const effect of this.consensus.step(event, this.now)) {
      // A process can die between any two of the things it does, and in the middle of a write: that is then as if not begun.
      if (this.cluster.random.chance(this.cluster.crashRate)) return this.crash();
      this.carryOut(effect);
    }
  }

  private carryOut(effect: Effect): void {
    const { generation } = this;
    switch (effect.type) {
      case 'wake': {
        const turn = ++this.wake;
        this.cluster.world.at(effect.at - this.clockShift, () => {
          if (turn === this.wake && generation === this.generation) this.step({ type: 'wake' });
        });
        return;
      }
      case 'propose': return this.cluster.broadcast(this, { type: 'proposal', proposal: effect.proposal });
      case 'nup': return this.cluster.broadcast(this, { type: 'nup', nup: effect.nup });
      case 'log':
        if (effect.level !== 'dbg') this.lines.push(effect.message);
        this.cluster.trace(this, `${effect.level} ${effect.message}`);
        return;
      case 'commit': return this.commit(effect.closing);
      case 'adopt': {
        for (const seqNo of [...this.disk.chain.keys()]) if (seqNo > effect.after) this.disk.chain.delete(seqNo);
        for (const entry of effect.entries) this.disk.chain.set(entry.ledger.seqNo, entry);
        this.disk.last = effect.entries.at(-1)!.ledger;
        return;
      }
      case 'accept':
        for (const { inputHash } of effect.inputs) this.accepted.set(inputHash, effect.ledger.seqNo);
        return;
      case 'reject':
        this.rejected.set(effect.inputHash, effect.reason);
        return;
      case 'deliver':
        for (const { messages } of effect.outputs) this.delivered.push(...messages.map((m) => Buffer.from(m).toString()));
        this.vouchers.push(new Set(effect.signatures.filter(([key, signature]) => fakeVerify(fromHex(effect.ledger.outputHash), signature, key)).map(([key]) => key)).size);
        return;
      case 'run': {
        const { ledger, users } = effect;
        this.cluster.world.after(this.runTime(), () => {
          if (generation === this.generation) this.finishRun(ledger, users);
        });
        return;
      }
      case 'requestClosing': {
        const peer = this.cluster.byKey(effect.from);
        if (peer) this.send(peer, { type: 'closingRequest', after: effect.after.hash, seqNo: effect.after.seqNo });
        return;
      }
      case 'requestInputs':
      case 'sendInputs': {
        const peer = this.cluster.byKey(effect.type === 'sendInputs' ? effect.to : effect.from);
        if (!peer) return;
        return this.send(peer, effect.type === 'sendInputs' ? { type: 'inputs', inputs: effect.inputs } : { type: 'inputRequest', inputs: effect.inputs });
      }
      case 'sync': {
        const { ledger, state } = effect.targets;
        this.fetch = ledger && new LedgerFetch(this.chain, ledger.shard.hash, ledger.seqNo);
        this.wantedState = state;
        return this.askForSync(++this.syncTurn);
      }
      case 'stopped': return this.crash();
      default: return;
    }
  }

  /** Ledgers first, then the state, from everybody, again and again: as the real syncer does one peer at a time. */
  private askForSync(turn: number): void {
    if (turn !== this.syncTurn || !this.up || (!this.fetch && !this.wantedState)) return;
    for (const peer of this.cluster.others(this)) {
      if (this.fetch) this.send(peer, { type: 'ledgerRequest', request: this.fetch.request() });
      else if (this.wantedState) this.send(peer, { type: 'stateRequest', hash: this.wantedState });
    }
    this.cluster.world.after(0.35 * this.config.roundTime, () => this.askForSync(turn));
  }

  private commit(closing: Closing): void {
    this.cluster.recordLedger(this, closing.ledger);
    this.disk.chain.set(closing.ledger.seqNo, closing);
    this.disk.last = closing.ledger;
  }

  private onLedgers(from: SimNode, response: LedgerResponse): void {
    const result = this.fetch?.accept(response);
    if (!this.fetch || result === undefined || result === 'bad') return;
    if (result === 'more') return this.send(from, { type: 'ledgerRequest', request: this.fetch.request() });
    this.fetch = undefined;
    const turn = ++this.syncTurn;
    const reverted = [...this.disk.chain.values()].filter((e) => e.ledger.seqNo > result.after).flatMap((e) => ('bodies' in e ? e.bodies : []));
    this.step({ type: 'ledgersSynced', ...result, reverted });
    if (turn === this.syncTurn) {
      if (this.wantedState) this.askForSync(turn);
      else this.step({ type: 'syncEnded' });
    }
  }

  private finishRun(ledger: Ledger, users: readonly RunInputs[]): void {
    const inputs = users.flatMap((u) => u.payloads.map((p) => Buffer.from(p).toString()));
    this.runs.push({ seqNo: ledger.seqNo, hash: ledger.hash, inputs });
    this.disk.log = [...this.disk.log, ...inputs];
    this.disk.completed = ledger.seqNo;
    this.disk.outputs = users.filter((u) => u.payloads.length > 0).map((u) => ({ pubkey: u.pubkey, messages: u.payloads.map((p) => Buffer.concat([Buffer.from('done '), p])) }));
    const stateHash = stateOf(this.disk.log);
    this.knownStates.set(stateHash, this.disk.log);
    this.step({ type: 'ran', outcome: { stateHash, patchHash: PATCH, outputs: this.disk.outputs } });
  }

  private pendingRun(ledger: Ledger): RunInputs[] | undefined {
    const closing = this.chain.closing(ledger.seqNo);
    if (!closing || ledger.stateHash !== stateOf(this.disk.log)) return undefined;
    return runInputs(closing.users, closing.bodies.map((b) => makeCandidate(b)!));
  }
}

export const keyOf = (i: number): Hex => `ed${blake3Hex(Buffer.from(`node ${i}`))}`;
export const userKeyOf = (i: number): Hex => `ed${blake3Hex(Buffer.from(`user ${i}`))}`;
