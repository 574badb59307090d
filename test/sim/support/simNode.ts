import { blake3Hex, fromHex, shortHash, ZERO_HASH, type Hex } from '../../../src/hotpocket/hash';
import type { RoundsMode } from '../../../src/base/rounds';
import type { SignedInput } from '../../../src/hotpocket/inputs';
import { GENESIS, type Ledger } from '../../../src/hotpocket/ledger';
import { Consensus } from '../../../src/node/consensus/consensus';
import { makeCandidate, rememberedLedgers, runInputs } from '../../../src/node/consensus/inputPool';
import type { Proposal } from '../../../src/node/consensus/proposal';
import type { Closing, ConsensusConfig, ConsensusEvent, Effect, LedgerEntry, NonUnlProposal, RunInputs } from '../../../src/node/consensus/types';
import type { LedgerStore } from '../../../src/node/ledger/ledgerStore';
import { lastEntries, LedgerFetch, ledgersAfter, serveLedgers, type LedgerRequest, type LedgerResponse } from '../../../src/node/sync/ledgerSync';
import { noteLine } from '../../support/said';
import { fakeSign, fakeVerify } from './fakeKeys';
import type { SimCluster } from './simCluster';
import { SimDisk } from './simDisk';
import { PowerCut } from './simFile';

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

const SYNC_ATTEMPTS = 10;
const SHOWS_PROPOSALS = process.env.HOTPOCKET_SIM_PROPOSALS === '1';
/** Not each single ledger. */
const HASHES = /\b[0-9a-f]{8}\b/g;
const PATCH = 'ab'.repeat(32);
export const stateOf = (log: readonly string[]): Hex => (log.length === 0 ? ZERO_HASH : blake3Hex(Buffer.from(log.join('\n'))));

/** A node without sockets and processes around the consensus, ledger-sync and ledger-file code that real nodes run. */
export class SimNode {
  readonly disk = new SimDisk();
  /** Input hash → number of the ledger that it was last accepted in. */
  readonly accepted = new Map<Hex, number>();
  readonly rejected = new Map<Hex, string>();
  readonly delivered: string[] = [];
  /** How many nodes vouched for each delivery. */
  readonly vouchers: number[] = [];
  /** Log lines but those of level dbg. */
  readonly lines: string[] = [];
  /** Every run that took effect here: its ledger, and the inputs. */
  readonly runs: { seqNo: number; hash: Hex; inputs: string[] }[] = [];
  /** Inputs of ledgers that were taken back here. */
  readonly reverted = new Set<Hex>();
  /** Times of the ledgers closed here. */
  readonly ledgerTimes: number[] = [];
  /** How long the next run of the contract takes, ms. */
  nextRunTime: number | undefined;
  /** How often something was to be done. */
  steps = 0;
  private consensus: Consensus | undefined;
  private ledgers: LedgerStore | undefined;
  private generation = 0;
  private wake = 0;
  private fetch: LedgerFetch | undefined;
  private wantedState: Hex | undefined;
  private stateFirst = false;
  private frozenUntil = 0;
  private syncTurn = 0;
  /** What must still be there after a crash. */
  private written: Ledger = GENESIS;
  /** Must be in this node's next proposal, by ordered hash. */
  private waitAgain: SignedInput[] = [];
  private readonly knownStates = new Map<Hex, readonly string[]>([[stateOf([]), []]]);

  constructor(
    readonly cluster: SimCluster, readonly number: number, readonly config: ConsensusConfig, readonly runTime: () => number, public clockShift = 0, private mode: RoundsMode = 'grid',
  ) {}

  get key(): Hex {
    return this.config.publicKey;
  }

  get up(): boolean {
    return this.consensus !== undefined;
  }

  get last(): Ledger {
    return this.ledgers?.last ?? GENESIS;
  }

  get status(): string {
    return this.consensus?.view.status ?? 'down';
  }

  start(): void {
    const { disk } = this;
    this.generation++;
    const ledgers = (this.ledgers = disk.openLedgers());
    const { last } = ledgers;
    if (this.written.seqNo > 0 && ledgers.entry(this.written.seqNo)?.ledger.hash !== this.written.hash) this.cluster.violation(this, `lost ledger ${this.written.seqNo}`);
    const pending = disk.run.ledgerSeqNo === last.seqNo - 1 && last.stateHash === stateOf(disk.log) ? ledgers.closing(last.seqNo) : undefined;
    this.consensus = new Consensus(this.config, {
      last,
      stateHash: stateOf(disk.log),
      patchHash: PATCH,
      outputs: disk.run.ledgerHash === last.hash ? disk.run.outputs : [],
      recent: lastEntries(ledgers, rememberedLedgers(this.config.maxInputLedgerOffset)),
      ...(pending ? { pendingRun: runInputs(pending.users, pending.bodies.map((b) => makeCandidate(b)!)) } : {}),
    }, { sign: (m) => fakeSign(m, this.key), verify: fakeVerify, randomBytes: (n) => this.cluster.random.bytes(n) });
    this.cluster.trace(this, `starts on ledger ${last.seqNo}`);
    this.tellRounds();
    this.step({ type: 'start' });
    this.cluster.connectivityChanged();
  }

  /** Of the supervisor, which a node that starts is told of, too. */
  setRounds(mode: RoundsMode): void {
    this.mode = mode;
    this.tellRounds();
  }

  /** What comes while the process is frozen is not heard twice, nor in another order. */
  private tellRounds(): void {
    const { world } = this.cluster;
    if (world.now < this.frozenUntil) world.at(this.frozenUntil, () => this.tellRounds());
    else this.step({ type: 'rounds', mode: this.mode });
  }

  /** The nodes connected to this one. */
  setPeers(connected: readonly Hex[]): void {
    this.step({ type: 'peers', connected });
  }

  /** As kill -9: what was in memory is gone, what was written is not. */
  crash(): void {
    this.ledgers?.close();
    this.consensus = undefined;
    this.generation++;
    this.fetch = undefined;
    this.wantedState = undefined;
    this.waitAgain = [];
    this.cluster.trace(this, 'is down');
    this.cluster.connectivityChanged();
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

  /** Until then nothing is handled: as a stopped process, whose messages wait. */
  freeze(until: number): void {
    this.frozenUntil = until;
  }

  receive(from: SimNode, message: SimMessage): void {
    const { ledgers } = this;
    if (!this.consensus || !ledgers) return;
    switch (message.type) {
      case 'proposal': return this.step(message);
      case 'nup': return this.step(message);
      case 'closing': return this.step(message);
      case 'inputs': return this.step(message);
      case 'inputRequest': return this.step({ type: 'inputsRequested', by: from.key, inputs: message.inputs });
      case 'closingRequest': {
        const closing = ledgers.closing(message.seqNo + 1);
        if (closing && closing.ledger.prevHash === message.after) this.send(from, { type: 'closing', closing });
        return;
      }
      case 'ledgerRequest': {
        const response = serveLedgers(ledgers, message.request);
        if (response) this.send(from, { type: 'ledgerResponse', response });
        return;
      }
      case 'ledgerResponse': return this.onLedgers(from, ledgers, message.response);
      case 'stateRequest': {
        const log = this.knownStates.get(message.hash);
        if (log) this.send(from, { type: 'state', hash: message.hash, log });
        return;
      }
      case 'state':
        if (message.hash !== this.wantedState || stateOf(message.log) !== message.hash) return;
        this.wantedState = undefined;
        if (!this.fetch) this.step({ type: 'syncEnded' });
        this.disk.setState(message.log, this.last, message.hash, []);
        this.knownStates.set(message.hash, message.log);
        this.step({ type: 'stateSynced', stateHash: message.hash });
        return this.askForSync(++this.syncTurn);
    }
  }

  private get now(): number {
    return this.cluster.now + this.clockShift;
  }

  private send(to: SimNode, message: SimMessage): void {
    this.cluster.network.send(this, to, message);
  }

  private step(event: ConsensusEvent): void {
    if (!this.consensus) return;
    const { cluster } = this;
    if (cluster.world.now < this.frozenUntil) {
      const { generation } = this;
      cluster.world.at(this.frozenUntil, () => generation === this.generation && this.step(event));
      return;
    }
    this.steps++;
    for (const effect of this.consensus.step(event, this.now)) {
      // A process can die between any two of the things it does, and in the middle of a write.
      if (cluster.crashRate > 0 && cluster.random.chance(cluster.crashRate)) {
        cluster.fault(`node ${this.number} dies before its effect '${effect.type}'`);
        return this.crash();
      }
      if (!this.carryOut(effect)) return this.crash();
    }
  }

  /** False if the node died of it. */
  private carryOut(effect: Effect): boolean {
    const { cluster } = this;
    const torn = (effect.type === 'commit' || effect.type === 'adopt') && cluster.tornRate > 0 && cluster.random.chance(cluster.tornRate);
    if (torn) this.disk.tear(cluster.random);
    try {
      this.act(effect);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      cluster.fault(`node ${this.number} dies while it writes ledger ${this.last.seqNo + 1}`);
      return false;
    }
    return !torn;
  }

  private act(effect: Effect): void {
    const { cluster, generation } = this;
    switch (effect.type) {
      case 'wake': {
        const turn = ++this.wake;
        cluster.at(effect.at - this.clockShift, () => {
          if (turn === this.wake && generation === this.generation) this.step({ type: 'wake' });
        });
        return;
      }
      case 'propose':
        if (SHOWS_PROPOSALS) cluster.trace(this, describeProposal(effect.proposal));
        if (effect.proposal.stage === 0) this.checkWaitAgain(effect.proposal);
        return cluster.broadcast(this, { type: 'proposal', proposal: effect.proposal });
      case 'nup': return cluster.broadcast(this, { type: 'nup', nup: effect.nup });
      case 'log':
        if (effect.level !== 'dbg') {
          this.lines.push(effect.message);
          noteLine(`${effect.level} ${effect.message.replaceAll(HASHES, '<8hex>')}`);
        }
        return cluster.trace(this, effect.message);
      case 'commit': {
        const before = this.last;
        this.ledgers?.commit(effect.closing);
        this.written = effect.closing.ledger;
        this.ledgerTimes.push(effect.closing.ledger.time);
        return cluster.recordLedger(this, effect.closing.ledger, before);
      }
      case 'adopt': return this.adopt(effect.after, effect.entries);
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
        const runTime = this.nextRunTime ?? this.runTime();
        this.nextRunTime = undefined;
        cluster.world.after(runTime, () => {
          if (generation === this.generation) this.finishRun(ledger, users);
        });
        return;
      }
      case 'requestClosing': {
        const peer = cluster.byKey(effect.from);
        if (peer) this.send(peer, { type: 'closingRequest', after: effect.after.hash, seqNo: effect.after.seqNo });
        return;
      }
      case 'requestInputs':
      case 'sendInputs': {
        const peer = cluster.byKey(effect.type === 'sendInputs' ? effect.to : effect.from);
        if (!peer) return;
        return this.send(peer, effect.type === 'sendInputs' ? { type: 'inputs', inputs: effect.inputs } : { type: 'inputRequest', inputs: effect.inputs });
      }
      case 'sync': {
        const { ledger, state } = effect.targets;
        this.fetch = ledger && this.ledgers && new LedgerFetch(this.ledgers, ledger.shard.hash, ledger.seqNo, ledger.proven);
        this.stateFirst = ledger?.proven ?? false;
        this.wantedState = state;
        return this.askForSync(++this.syncTurn);
      }
      case 'stopped': return this.crash();
      default: return;
    }
  }

  private adopt(after: number, entries: readonly (LedgerEntry | Closing)[]): void {
    const { ledgers, cluster } = this;
    if (!ledgers) return;
    const ours = ledgersAfter(ledgers, after);
    const first = ours.findIndex(({ hash }, i) => entries[i] && entries[i].ledger.hash !== hash);
    const [mine, theirs] = [ours[first], entries[first]];
    if (mine && theirs) {
      const said = this.lines.some((line) => line.includes(shortHash(mine.hash)) && line.includes(shortHash(theirs.ledger.hash)));
      if (!said) cluster.violation(this, `goes over from ledger ${mine.seqNo}-${shortHash(mine.hash)} to ${shortHash(theirs.ledger.hash)} without a word`);
      const again = ledgers.bodiesAfter(mine.seqNo - 1);
      for (const signed of again) this.reverted.add(makeCandidate(signed)!.inputHash);
      this.waitAgain.push(...again);
    }
    this.written = ledgers.entry(after)?.ledger ?? GENESIS;
    ledgers.adopt(after, entries);
    this.written = ledgers.last;
  }

  /** Inputs of ledgers that were taken back must be proposed again, unless they are in the ledgers that took their place, or expired. */
  private checkWaitAgain({ inputs }: Proposal): void {
    if (this.waitAgain.length === 0 || !this.ledgers) return;
    const done = new Set(lastEntries(this.ledgers, 40).flatMap((entry) => entry.inputs));
    for (const signed of this.waitAgain) {
      const { orderedHash, container } = makeCandidate(signed)!;
      const expired = container.maxLedgerSeqNo <= this.last.seqNo;
      if (!expired && !done.has(orderedHash) && !inputs.includes(orderedHash)) this.cluster.violation(this, `does not propose a reverted input again: ${Buffer.from(container.input).toString()}`);
    }
    this.waitAgain = [];
  }

  /** One thing after the other, from everybody, until it is given up: as the real syncer does one peer at a time. */
  private askForSync(turn: number, attempt = 1): void {
    if (turn !== this.syncTurn || !this.up || (!this.fetch && !this.wantedState)) return;
    if (attempt > SYNC_ATTEMPTS) {
      this.fetch = undefined;
      this.wantedState = undefined;
      return this.step({ type: 'syncEnded' });
    }
    for (const peer of this.cluster.others(this)) {
      if (this.fetch && !(this.wantedState && this.stateFirst)) this.send(peer, { type: 'ledgerRequest', request: this.fetch.request() });
      else if (this.wantedState) this.send(peer, { type: 'stateRequest', hash: this.wantedState });
    }
    this.cluster.world.after(0.35 * this.config.roundTime, () => this.askForSync(turn, attempt + 1));
  }

  private onLedgers(from: SimNode, ledgers: LedgerStore, response: LedgerResponse): void {
    const result = this.fetch?.accept(response);
    if (!this.fetch || result === undefined || result === 'bad') return;
    if (result === 'more') return this.send(from, { type: 'ledgerRequest', request: this.fetch.request() });
    this.fetch = undefined;
    const turn = ++this.syncTurn;
    this.step({ type: 'ledgersSynced', ...result, replaced: ledgersAfter(ledgers, result.after), reverted: ledgers.bodiesAfter(result.after) });
    if (turn === this.syncTurn) {
      if (this.wantedState) this.askForSync(turn);
      else this.step({ type: 'syncEnded' });
    }
  }

  private finishRun(ledger: Ledger, users: readonly RunInputs[]): void {
    const inputs = users.flatMap((u) => u.payloads.map((p) => Buffer.from(p).toString()));
    if (this.runs.some(({ hash }) => hash === ledger.hash)) this.cluster.violation(this, `the run of ledger ${ledger.seqNo}-${shortHash(ledger.hash)} takes effect a second time`);
    this.runs.push({ seqNo: ledger.seqNo, hash: ledger.hash, inputs });
    const log = inputs.length > 0 ? [...this.disk.log, ...inputs] : this.disk.log;
    const stateHash = stateOf(log);
    const answers = users.map((u) => ({ pubkey: u.pubkey, messages: [...u.payloads.map((p) => Buffer.concat([Buffer.from('done '), p])), ...(this.cluster.options.talkative ? [Buffer.from('hello')] : [])] }));
    const outputs = answers.filter(({ messages }) => messages.length > 0);
    this.disk.setState(log, ledger, stateHash, outputs);
    this.knownStates.set(stateHash, log);
    this.step({ type: 'ran', outcome: { stateHash, patchHash: PATCH, outputs } });
  }
}

const describeProposal = ({ stage, time, lastLedgerSeqNo, inputs, stateHash, outputHash }: Proposal): string =>
  `proposes ${stage} of ${time - 1_700_000_000_000} on ${lastLedgerSeqNo}, inputs ${inputs.length}, state ${shortHash(stateHash)}, outputs ${shortHash(outputHash)}`;

export const keyOf = (i: number): Hex => `ed${blake3Hex(Buffer.from(`node ${i}`))}`;
export const userKeyOf = (i: number): Hex => `ed${blake3Hex(Buffer.from(`user ${i}`))}`;
