import { decodeTimeConfig, encodeTimeConfig } from '../../hotpocket/grid';
import type { Hex } from '../../hotpocket/hash';
import type { InputContainer, RejectReason, SignedInput, VoteStatus } from '../../hotpocket/inputs';
import { primaryShardId, type Ledger } from '../../hotpocket/ledger';
import { votesNeeded } from '../../hotpocket/thresholds';
import { CatchUp } from './catchUp';
import { Chain } from './chain';
import { attemptNotice } from './closing';
import { Divergence } from './divergence';
import type { HeardRound } from './eagerRounds';
import { Effects } from './effects';
import { InputPool } from './inputPool';
import type { LastRun } from './lastRun';
import { missedInputRequests, missedLedgerRequests } from './missing';
import { isSigned, type Proposal } from './proposal';
import { ProposalBook } from './proposalBook';
import { Pace } from './pace';
import { Rounds } from './rounds';
import type { ConsensusBoot, ConsensusConfig, ConsensusDeps, ConsensusEvent, ConsensusView, Effect, RunOutcome } from './types';
import { hasVoice, Voice } from './voice';
import { TimeConfigs } from './timeConfigs';
import { evaluate, unreliableNotice, type Standing, type Vote } from './voting';

/**
 * HotPocket's consensus as a state machine: `step(event, now)` gives the effects to carry out, in order. It reaches for
 * nothing outside, so the same code runs in a node on real sockets and, many at a time, in a simulation (reference 3).
 */
export class Consensus {
  private readonly effects = new Effects();
  private readonly book = new ProposalBook();
  private readonly pool: InputPool;
  private readonly pace: Pace;
  private readonly catchUp = new CatchUp();
  private readonly chain: Chain;
  private readonly voice: Voice;
  private readonly divergence = new Divergence();
  private readonly timeConfigs = new TimeConfigs();
  private status: VoteStatus = 'unknown';
  private connected: readonly Hex[] = [];
  /** The ledger that our stage-3 proposal of this round builds on. */
  private stage3On: Ledger | undefined;
  /** When to be woken, as asked for last. */
  private asked: number | undefined;
  /** Before the first event, in between, and after the last effect. */
  private life: 'new' | 'on' | 'over' = 'new';

  constructor(config: ConsensusConfig, private readonly boot: ConsensusBoot, private readonly deps: ConsensusDeps) {
    const { effects, book, catchUp } = this;
    this.pool = new InputPool(deps.verify);
    this.pace = new Pace(new Rounds(config.contractId, config));
    this.chain = new Chain(config, boot, deps, { effects, book, catchUp, pool: this.pool, pace: this.pace });
    this.voice = new Voice(deps);
  }

  get view(): ConsensusView {
    const { unl, threshold, roundTime } = this.config;
    return { last: this.last, status: this.status, unl, threshold, roundTime, timeConfig: encodeTimeConfig(this.config), eager: this.pace.eager };
  }

  /** When a proposal of the given node, or one of our own, last came, ms; 0 if never. Local: differs from node to node. */
  activeOn(pubkey: Hex): number {
    return this.pace.attendance.heardOn(pubkey);
  }

  /** The checks of a user's input at the moment it is handed in. */
  checkSubmit(signed: SignedInput, container: InputContainer): RejectReason | undefined {
    return this.pool.checkSubmit(signed, container, this.config, this.last.seqNo);
  }

  step(event: ConsensusEvent, now: number): Effect[] {
    this.handle(event, now);
    this.moveOn(now);
    return this.effects.take();
  }

  private handle(event: ConsensusEvent, now: number): void {
    switch (event.type) {
      case 'start':
        this.life = 'on';
        if (this.boot.pendingRun && this.config.execute) this.chain.run(this.boot.pendingRun, 'in-round');
        else this.schedule(now);
        return;
      case 'wake':
        return this.onWake(now);
      case 'proposal':
        return this.onProposal(event.proposal, now);
      case 'nup':
        return this.pool.addNup(event.nup);
      case 'input':
        // Peers get inputs as they come, not only at stages 0 and 2 (decided difference d).
        this.pool.addOwn(event.input);
        return this.effects.emit({ type: 'nup', nup: { users: [event.input.pubkey], inputs: [event.input] } });
      case 'users':
        this.connected = event.users;
        this.pool.addUsers(event.users);
        if (event.users.length > 0) this.effects.emit({ type: 'nup', nup: { users: event.users, inputs: [] } });
        return;
      case 'rounds':
        return this.setEager(event.mode === 'eager', now);
      case 'peers':
        return this.pace.attendance.peers(event.connected);
      case 'peerTimeConfig':
        this.timeConfigs.heard(event.pubkey, event.timeConfig);
        return;
      case 'ran':
        return this.onRan(event.outcome, now);
      case 'ledgersSynced':
        return this.chain.onSynced(event);
      case 'patchSynced':
        this.lastRun.patchSynced(event.patchHash);
        if (event.patch) this.chain.applyPatch(event.patch, true);
        return;
      case 'stateSynced':
        return this.lastRun.stateSynced(event.stateHash);
      case 'syncEnded':
        this.catchUp.isUnderWay = false;
        return;
      case 'inputsRequested':
        return this.effects.emit({ type: 'sendInputs', to: event.by, inputs: this.pool.some(event.inputs) });
      case 'inputs':
        return this.pool.addRequested(event.inputs, this.config, this.last.seqNo);
      case 'closing':
        if (!this.catchUp.isUnderWay) this.chain.onClosing(event.closing);
        return;
      case 'stop':
        return this.onStop();
    }
  }

  private get rounds(): Rounds {
    return this.pace.rounds;
  }

  private get config(): ConsensusConfig {
    return this.chain.config;
  }

  private get last(): Ledger {
    return this.chain.last;
  }

  private get lastRun(): LastRun {
    return this.chain.lastRun;
  }

  private get isRunning(): boolean {
    return this.chain.running !== 'no';
  }

  /** A stage-3 proposal was sent, and no ledger has come since. */
  private get proposedStage3(): boolean {
    return this.stage3On === this.last;
  }

  // --- Time -----------------------------------------------------------------------------------------------------

  /** Asks to be woken for the current stage, or for the next round if its window is missed. */
  private schedule(now: number): void {
    if (this.pace.eager) return; // See moveOn.
    const { stage } = this.rounds;
    if (this.rounds.align(now, this.last.time)) this.effects.log('dbg', `Missed stage ${stage} window. Resetting to stage 0.`);
    this.wakeAt(this.rounds.due);
  }

  private wakeAt(at: number): void {
    if (at === this.asked) return;
    this.asked = at;
    this.effects.emit({ type: 'wake', at });
  }

  private onWake(now: number): void {
    this.asked = undefined;
    if (this.isRunning || this.pace.eager) return;
    if (now < this.rounds.due) return this.wakeAt(this.rounds.due);
    if (this.rounds.isStale(now)) return this.leaveRound(now);
    const { stage } = this.rounds;
    if (stage === 0) this.beginRound(now);
    else this.vote(stage, now);
  }

  /** Out of the rest of this round, if there is any: the next one begins with stage 0. */
  private leaveRound(now: number): void {
    this.pace.leaveRound(now);
    this.schedule(now);
  }

  // --- Eager rounds ---------------------------------------------------------------------------------------------

  private setEager(eager: boolean, now: number): void {
    if (eager === this.pace.eager) return;
    const inRound = this.life === 'on' && (this.rounds.stage !== 0 || this.proposedStage3);
    if (eager) this.pace.toEager(now, this.chain.running === 'at-start' ? 'stage 0' : inRound ? 'a stage' : 'nothing', this.book.known());
    else for (const proposal of this.pace.toGrid()) this.book.collect(proposal);
    if (this.life === 'on' && !this.isRunning) this.schedule(now);
  }

  /** Does all that can be done by now, and asks to be woken for what comes next. */
  private moveOn(now: number): void {
    while (this.pace.eager && this.life === 'on' && !this.isRunning) {
      const move = this.pace.next(now, { config: this.config, last: this.last, inStep: this.status === 'synced', isWanted: () => this.isRoundWanted() });
      switch (move.kind) {
        case 'wait': return this.wakeAt(move.until);
        case 'begin':
          this.beginEagerRound(move.round, now);
          break;
        case 'giveWay':
          this.rounds.start = move.time;
          this.propose(this.voice.openAgain(move.time, this.chain), now);
          break;
        case 'endStage':
          if (this.rounds.stage === 0) this.endEagerRound(now);
          else this.vote(this.rounds.stage, now);
          break;
        case 'skip':
          this.leaveRound(now);
      }
    }
  }

  /** An input, or an output for a user, waits. */
  private isRoundWanted(): boolean {
    if (this.status !== 'synced' || !hasVoice(this.config) || this.chain.stopping) return false;
    return this.pool.isUrgent || this.lastRun.outputs?.areFor((user) => this.connected.includes(user) || this.pool.hasHeardOf(user)) === true;
  }

  private beginEagerRound({ time, since }: HeardRound, now: number): void {
    // What came too late in its own round.
    const late = this.book.finalsSince(time, this.config.roundTime).filter((p) => p.time > this.last.time);
    if (this.status === 'synced' && late.length > 0) this.tryClose(late);
    if (this.isRunning || this.last.time >= time) return;
    this.rounds.begin(time, since);
    this.proposeStage0(now);
  }

  private endEagerRound(now: number): void {
    if (this.status === 'synced') this.tryClose(this.book.finalsSince(this.rounds.start, 0));
    if (this.chain.stopping) return this.emitStopped();
    this.leaveRound(now);
  }

  // --- Stage 0 --------------------------------------------------------------------------------------------------

  private beginRound(now: number): void {
    this.book.drain(0, this.rounds.start, this.config.roundTime, this.status !== 'synced');
    if (this.status === 'synced') this.tryClose(this.finals());
    if (!this.isRunning) this.proposeStage0(now);
  }

  private proposeStage0(now: number): void {
    this.stage3On = undefined;
    if (this.chain.stopping) return this.emitStopped();
    this.sendNup(this.pool.unsettledOwn());
    for (const rejection of this.pool.validate(this.config, this.last.seqNo)) this.effects.emit({ type: 'reject', ...rejection });
    this.propose(this.voice.open(this.rounds.start, this.pool.takeUsers(), this.pool.list(), this.chain), now);
    this.rounds.stage = 1;
    this.schedule(now);
  }

  private sendNup(inputs: readonly SignedInput[]): void {
    this.pool.addUsers(this.connected);
    if (this.connected.length > 0 || inputs.length > 0) this.effects.emit({ type: 'nup', nup: { users: this.connected, inputs } });
  }

  // --- Stages 1 to 3 --------------------------------------------------------------------------------------------

  private vote(stage: 1 | 2 | 3, now: number): void {
    if (stage === 2) this.sendNup([]);
    if (this.pace.eager) for (const proposal of this.pace.proposals(stage)) this.book.collect(proposal);
    this.book.drain(stage, this.rounds.start, this.config.roundTime, this.status !== 'synced');
    const vote = this.castVote(stage);
    if (vote.kind !== 'desync') this.effects.emit(...missedLedgerRequests(this.book.list(), this.last));
    if (vote.kind === 'unreliable') {
      this.countUnreliableRound();
      return this.leaveRound(now);
    }
    if (vote.kind === 'synced') {
      this.pool.admit(this.book.list().flatMap(({ inputs }) => inputs), this.config, this.last.seqNo);
      this.effects.emit(...missedInputRequests(this.book.list(), this.pool));
      this.timeConfigs.reliableRound();
      if (stage === 3) this.stage3On = this.last;
      this.propose(this.voice.vote(stage, this.book.list(), this.rounds.start, now, (input) => this.pool.has(input), this.chain), now);
    }
    this.rounds.advance(now);
    this.schedule(now);
  }

  /** Determines the vote status of a stage, says what follows from it, and sets sync targets (reference 3.6). */
  private castVote(stage: 1 | 2 | 3): Vote {
    const needed = votesNeeded(this.config.threshold, this.config.unl.length);
    const standing: Standing = { primaryShard: primaryShardId(this.last), patchHash: this.lastRun.patchHash, stateHash: this.lastRun.stateHash };
    let vote = evaluate(this.book.list(), standing, needed);
    if (vote.kind === 'synced' && this.status !== 'synced') {
      this.book.prune(stage, this.rounds.start, this.config.roundTime, false);
      vote = evaluate(this.book.list(), standing, needed);
    }
    if (vote.kind === 'unreliable') this.effects.log('inf', unreliableNotice(vote, needed));
    const divergence = this.divergence.of(vote, this.book.list(), standing, needed, this.lastRun.ranAfter);
    if (divergence !== undefined) this.effects.log('wrn', divergence);
    this.effects.emit(...this.catchUp.voted(vote, standing));
    this.setStatus(vote.kind);
    this.effects.emit({ type: 'votes', stage, status: this.status, votes: vote.votes, needed, fork: vote.kind === 'unreliable' && vote.why === 'shard' });
    return vote;
  }

  private setStatus(status: VoteStatus): void {
    if (status === this.status) return;
    this.status = status;
    this.effects.emit({ type: 'voteStatus', status });
  }

  private propose(proposal: Proposal | undefined, now: number): void {
    if (!proposal) return;
    this.hear(proposal, now);
    this.effects.emit({ type: 'propose', proposal });
  }

  private onProposal(proposal: Proposal, now: number): void {
    if (!this.config.unl.includes(proposal.pubkey) || proposal.pubkey === this.config.publicKey) return;
    if (!isSigned(proposal, this.deps.verify)) return;
    this.hear(proposal, now);
    if (this.chain.stopping) this.closeBeforeStop();
  }

  /** A proposal counts, our own as any other. */
  private hear(proposal: Proposal, now: number): void {
    this.timeConfigs.heard(proposal.pubkey, proposal.timeConfig);
    this.pace.hear(proposal, now);
    if (this.pace.eager) this.book.note(proposal);
    else this.book.add(proposal);
  }

  private countUnreliableRound(): void {
    const own = encodeTimeConfig(this.config);
    const elected = this.timeConfigs.afterUnreliableRound(own, this.config.unl);
    if (elected === undefined) return;
    this.effects.log('inf', `New time config detected:${elected} previous:${own}`);
    const time = decodeTimeConfig(elected);
    this.chain.configure(time);
    this.effects.emit({ type: 'timeConfig', ...time });
  }

  // --- Closing a ledger -----------------------------------------------------------------------------------------

  /** Closes the ledger of the round that ended, if enough identical stage-3 proposals are here (reference 3.7). */
  private tryClose(finals: readonly Proposal[]): void {
    const notice = attemptNotice(this.chain.tryClose(finals, this.pace.eager ? 'in-round' : 'at-start'));
    if (notice) this.effects.log(...notice);
  }

  /** Stage-3 proposals of this round and the one before. */
  private finals(): Proposal[] {
    return this.book.finalsSince(this.rounds.start, this.config.roundTime);
  }

  private onRan(outcome: RunOutcome, now: number): void {
    const when = this.chain.ran(outcome);
    if (when === 'at-start') this.proposeStage0(now);
    else if (when === 'in-round') this.schedule(now);
  }

  // --- Stopping -------------------------------------------------------------------------------------------------

  private onStop(): void {
    this.chain.stopping = true;
    // Others count on a stage-3 proposal that was sent: without closing with them this node would lag behind the
    // ledger it helped to make (decided difference c). The next stage 0 ends the wait.
    if (!this.isRunning && this.status === 'synced' && this.proposedStage3) this.closeBeforeStop();
    else this.emitStopped();
  }

  private emitStopped(): void {
    this.life = 'over';
    this.effects.emit({ type: 'stopped' });
  }

  private closeBeforeStop(): void {
    if (this.chain.tryClose(this.finals(), 'in-round').kind === 'close') this.emitStopped();
  }
}
