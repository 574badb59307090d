import { decodeTimeConfig, encodeTimeConfig } from '../../hotpocket/grid';
import type { Hex } from '../../hotpocket/hash';
import type { InputContainer, RejectReason, SignedInput, VoteStatus } from '../../hotpocket/inputs';
import { primaryShardId, type Ledger } from '../../hotpocket/ledger';
import { votesNeeded } from '../../hotpocket/thresholds';
import { announceAccepted, announceClosed } from './announcement';
import { CatchUp } from './catchUp';
import { attemptClose, attemptNotice, isProven, makeClosing, verifyClosing } from './closing';
import { Divergence } from './divergence';
import type { HeardRound } from './eagerRounds';
import { InputPool, runInputs, type CandidateInput } from './inputPool';
import { LastRun } from './lastRun';
import { missedInputRequests, missedLedgerRequests } from './missing';
import { isSigned, type Proposal } from './proposal';
import { ProposalBook } from './proposalBook';
import { Pace } from './pace';
import { Rounds } from './rounds';
import { forkNotice } from './split';
import type { Closing, ConsensusBoot, ConsensusConfig, ConsensusDeps, ConsensusEvent, ConsensusPatch, ConsensusView, Effect, LedgerEntry, RunInputs, RunOutcome } from './types';
import { hasVoice, Voice, type Speaker } from './voice';
import { TimeConfigs } from './timeConfigs';
import { evaluate, unreliableNotice, type Standing, type Vote } from './voting';

/** At the start of a round, before its stage 0; or in the middle of one, when a ledger came late. */
type RunMoment = 'at-start' | 'in-round';

/**
 * HotPocket's consensus as a state machine: `step(event, now)` gives the effects to carry out, in order. It reaches for
 * nothing outside, so the same code runs in a node on real sockets and, many at a time, in a simulation (reference 3).
 */
export class Consensus {
  private readonly book = new ProposalBook();
  private readonly pool: InputPool;
  private readonly pace: Pace;
  private status: VoteStatus = 'unknown';
  private last: Ledger;
  private readonly lastRun: LastRun;
  private readonly voice: Voice;
  private connected: readonly Hex[] = [];
  /** Set while the contract runs; says what follows the run. */
  private running: 'no' | RunMoment = 'no';
  private stopping = false;
  private readonly catchUp = new CatchUp();
  private readonly divergence = new Divergence();
  private proposedStage3 = false;
  private readonly timeConfigs = new TimeConfigs();
  /** When to be woken, as asked for last. */
  private asked: number | undefined;
  /** Before the first event, in between, and after the last effect. */
  private life: 'new' | 'on' | 'over' = 'new';
  private effects: Effect[] = [];

  constructor(private config: ConsensusConfig, private readonly boot: ConsensusBoot, private readonly deps: ConsensusDeps) {
    this.pool = new InputPool(deps.verify);
    this.pace = new Pace(new Rounds(config.contractId, config));
    this.last = boot.last;
    this.lastRun = new LastRun(boot, deps.sign);
    this.voice = new Voice(deps);
    for (const entry of boot.recent) this.pool.settle(entry, config.maxInputLedgerOffset);
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
    this.effects = [];
    this.handle(event, now);
    this.moveOn(now);
    return this.effects;
  }

  private handle(event: ConsensusEvent, now: number): void {
    switch (event.type) {
      case 'start':
        this.life = 'on';
        if (this.boot.pendingRun && this.config.execute) this.run(this.boot.pendingRun, 'in-round');
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
        return this.emit({ type: 'nup', nup: { users: [event.input.pubkey], inputs: [event.input] } });
      case 'users':
        this.connected = event.users;
        this.pool.addUsers(event.users);
        if (event.users.length > 0) this.emit({ type: 'nup', nup: { users: event.users, inputs: [] } });
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
        return this.onLedgersSynced(event);
      case 'patchSynced':
        this.lastRun.patchSynced(event.patchHash);
        if (event.patch) this.applyPatch(event.patch, true);
        return;
      case 'stateSynced':
        return this.lastRun.stateSynced(event.stateHash);
      case 'syncEnded':
        this.catchUp.isUnderWay = false;
        return;
      case 'inputsRequested':
        return this.emit({ type: 'sendInputs', to: event.by, inputs: this.pool.some(event.inputs) });
      case 'inputs':
        return this.pool.addRequested(event.inputs, this.config, this.last.seqNo);
      case 'closing':
        if (!this.catchUp.isUnderWay) this.onClosing(event.closing);
        return;
      case 'stop':
        return this.onStop();
    }
  }

  private get rounds(): Rounds {
    return this.pace.rounds;
  }

  private emit(effect: Effect): void {
    this.effects.push(effect);
  }

  private log(level: 'dbg' | 'inf' | 'wrn' | 'err', message: string): void {
    this.emit({ type: 'log', level, message });
  }

  // --- Time -----------------------------------------------------------------------------------------------------

  /** Asks to be woken for the current stage, or for the next round if its window is missed. */
  private schedule(now: number): void {
    if (this.pace.eager) return; // See moveOn.
    const { stage } = this.rounds;
    if (this.rounds.align(now, this.last.time)) this.log('dbg', `Missed stage ${stage} window. Resetting to stage 0.`);
    this.wakeAt(this.rounds.due);
  }

  private wakeAt(at: number): void {
    if (at === this.asked) return;
    this.asked = at;
    this.emit({ type: 'wake', at });
  }

  private onWake(now: number): void {
    this.asked = undefined;
    if (this.running !== 'no' || this.pace.eager) return;
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
    if (eager) this.pace.toEager(now, this.running === 'at-start' ? 'stage 0' : inRound ? 'a stage' : 'nothing', this.book.known());
    else for (const proposal of this.pace.toGrid()) this.book.collect(proposal);
    if (this.life === 'on' && this.running === 'no') this.schedule(now);
  }

  /** Does all that can be done by now, and asks to be woken for what comes next. */
  private moveOn(now: number): void {
    while (this.pace.eager && this.life === 'on' && this.running === 'no') {
      const move = this.pace.next(now, { config: this.config, last: this.last, inStep: this.status === 'synced', isWanted: () => this.isRoundWanted() });
      switch (move.kind) {
        case 'wait': return this.wakeAt(move.until);
        case 'begin':
          this.beginEagerRound(move.round, now);
          break;
        case 'giveWay':
          this.rounds.start = move.time;
          this.propose(this.voice.openAgain(move.time, this.speaker), now);
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
    if (this.status !== 'synced' || !hasVoice(this.config) || this.stopping) return false;
    return this.pool.isUrgent || this.lastRun.outputs?.areFor((user) => this.connected.includes(user) || this.pool.hasHeardOf(user)) === true;
  }

  private beginEagerRound({ time, since }: HeardRound, now: number): void {
    // What came too late in its own round.
    const late = this.book.finalsSince(time, this.config.roundTime).filter((p) => p.time > this.last.time);
    if (this.status === 'synced' && late.length > 0) this.tryClose(late);
    if (this.running !== 'no' || this.last.time >= time) return;
    this.rounds.begin(time, since);
    this.proposeStage0(now);
  }

  private endEagerRound(now: number): void {
    if (this.status === 'synced') this.tryClose(this.book.finalsSince(this.rounds.start, 0));
    if (this.stopping) return this.emitStopped();
    this.leaveRound(now);
  }

  // --- Stage 0 --------------------------------------------------------------------------------------------------

  private beginRound(now: number): void {
    this.book.drain(0, this.rounds.start, this.config.roundTime, this.status !== 'synced');
    if (this.status === 'synced') this.tryClose(this.finals());
    if (this.running === 'no') this.proposeStage0(now);
  }

  private proposeStage0(now: number): void {
    this.proposedStage3 = false;
    if (this.stopping) return this.emitStopped();
    this.sendNup(this.pool.unsettledOwn());
    for (const rejection of this.pool.validate(this.config, this.last.seqNo)) this.emit({ type: 'reject', ...rejection });
    this.propose(this.voice.open(this.rounds.start, this.pool.takeUsers(), this.pool.list(), this.speaker), now);
    this.rounds.stage = 1;
    this.schedule(now);
  }

  private sendNup(inputs: readonly SignedInput[]): void {
    this.pool.addUsers(this.connected);
    if (this.connected.length > 0 || inputs.length > 0) this.emit({ type: 'nup', nup: { users: this.connected, inputs } });
  }

  // --- Stages 1 to 3 --------------------------------------------------------------------------------------------

  private vote(stage: 1 | 2 | 3, now: number): void {
    if (stage === 2) this.sendNup([]);
    if (this.pace.eager) for (const proposal of this.pace.proposals(stage)) this.book.collect(proposal);
    this.book.drain(stage, this.rounds.start, this.config.roundTime, this.status !== 'synced');
    const vote = this.castVote(stage);
    if (vote.kind !== 'desync') this.effects.push(...missedLedgerRequests(this.book.list(), this.last));
    if (vote.kind === 'unreliable') {
      this.countUnreliableRound();
      return this.leaveRound(now);
    }
    if (vote.kind === 'synced') {
      this.pool.admit(this.book.list().flatMap(({ inputs }) => inputs), this.config, this.last.seqNo);
      this.effects.push(...missedInputRequests(this.book.list(), this.pool));
      this.timeConfigs.reliableRound();
      if (stage === 3) this.proposedStage3 = true;
      this.propose(this.voice.vote(stage, this.book.list(), this.rounds.start, now, (input) => this.pool.has(input), this.speaker), now);
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
    if (vote.kind === 'unreliable') this.log('inf', unreliableNotice(vote, needed));
    const divergence = this.divergence.of(vote, this.book.list(), standing, needed, this.lastRun.ranAfter);
    if (divergence !== undefined) this.log('wrn', divergence);
    this.effects.push(...this.catchUp.voted(vote, standing));
    this.setStatus(vote.kind);
    this.emit({ type: 'votes', stage, status: this.status, votes: vote.votes, needed, fork: vote.kind === 'unreliable' && vote.why === 'shard' });
    return vote;
  }

  private setStatus(status: VoteStatus): void {
    if (status === this.status) return;
    this.status = status;
    this.emit({ type: 'voteStatus', status });
  }

  private get speaker(): Speaker {
    return { config: this.config, last: this.last, lastRun: this.lastRun };
  }

  private propose(proposal: Proposal | undefined, now: number): void {
    if (!proposal) return;
    this.hear(proposal, now);
    this.emit({ type: 'propose', proposal });
  }

  private onProposal(proposal: Proposal, now: number): void {
    if (!this.config.unl.includes(proposal.pubkey) || proposal.pubkey === this.config.publicKey) return;
    if (!isSigned(proposal, this.deps.verify)) return;
    this.hear(proposal, now);
    if (this.stopping) this.closeBeforeStop();
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
    this.log('inf', `New time config detected:${elected} previous:${own}`);
    const time = decodeTimeConfig(elected);
    this.configure(time);
    this.emit({ type: 'timeConfig', ...time });
  }

  // --- Closing a ledger -----------------------------------------------------------------------------------------

  /** Closes the ledger of the round that ended, if enough identical stage-3 proposals are here (reference 3.7). */
  private tryClose(finals: readonly Proposal[]): void {
    const attempt = attemptClose(finals, this.last, this.config);
    const notice = attemptNotice(attempt);
    if (notice) this.log(...notice);
    if (attempt.kind === 'close') this.closeWith(attempt.group, this.pace.eager ? 'in-round' : 'at-start');
  }

  /** Stage-3 proposals of this round and the one before. */
  private finals(): Proposal[] {
    return this.book.finalsSince(this.rounds.start, this.config.roundTime);
  }

  private closeWith(group: readonly [Proposal, ...Proposal[]], when: RunMoment): void {
    const inputs = this.pool.bodies(group[0].inputs);
    if (inputs) return this.close(makeClosing(this.last, group, inputs), inputs, when);
    // Nothing is given up: a peer that closed this ledger has the input (missing.ts).
    this.log('wrn', "Input required but wasn't in our candidate inputs map, this will potentially cause desync.");
    this.log('err', 'Error occured when closing ledger');
  }

  private close(closing: Closing, inputs: readonly CandidateInput[], when: RunMoment): void {
    const { ledger } = closing;
    this.last = ledger;
    this.proposedStage3 = false;
    this.pool.settle(closing, this.config.maxInputLedgerOffset);
    this.effects.push(...announceClosed(closing, inputs, this.pool.expire(ledger.seqNo), this.lastRun.outputs, this.book.signatures));
    if (ledger.configHash === this.lastRun.patchHash) this.applyPendingPatch();
    if (!this.config.execute) this.lastRun.none();
    // A node that stops leaves the run to its next start (decided difference c).
    else if (!this.stopping) this.run(runInputs(closing.users, inputs), when);
  }

  // --- Running the contract -------------------------------------------------------------------------------------

  private run(users: readonly RunInputs[], when: RunMoment): void {
    this.running = when;
    this.emit({ type: 'run', ledger: this.last, users });
  }

  private onRan(outcome: RunOutcome, now: number): void {
    const when = this.running;
    if (when === 'no') return;
    this.running = 'no';
    this.lastRun.ran(outcome, this.last.seqNo);
    if (when === 'at-start') this.proposeStage0(now);
    else this.schedule(now);
  }

  private applyPendingPatch(): void {
    const patch = this.lastRun.takePatch();
    if (patch === undefined) return;
    if (patch) return this.applyPatch(patch, false);
    // The real engine never runs the contract again after this; ours goes on with the old configuration.
    this.log('err', 'Error applying patch config.');
    this.log('err', 'Applying patch file changes after consensus failed.');
  }

  private configure(change: Partial<ConsensusConfig>): void {
    this.config = { ...this.config, ...change };
    this.pace.rounds = this.rounds.withTime(this.config.contractId, this.config);
  }

  private applyPatch(patch: ConsensusPatch, afterSync: boolean): void {
    this.configure(patch);
    this.book.retain(this.config.unl);
    this.pace.retain(this.config.unl);
    this.emit({ type: 'applyPatch', patchHash: this.lastRun.patchHash, afterSync });
  }

  // --- Catching up ----------------------------------------------------------------------------------------------

  private onClosing(closing: Closing): void {
    if (this.running !== 'no' || closing.ledger.seqNo !== this.last.seqNo + 1) return;
    const inputs = verifyClosing(closing, this.last, this.config, this.deps.verify);
    if (!inputs) return;
    if (this.lastRun.isBefore(closing.ledger)) this.close(closing, inputs, 'in-round');
    else this.adopt(this.last.seqNo, [closing], []);
  }

  private onLedgersSynced({ after, entries, closing, replaced, reverted }: ConsensusEvent & { type: 'ledgersSynced' }): void {
    const newest = entries.at(-1);
    if (this.running !== 'no' || !newest) return;
    if (closing && after === this.last.seqNo && entries.length === 1) this.onClosing(closing);
    const here = newest.ledger.hash === this.last.hash;
    const proven = closing?.ledger.hash === newest.ledger.hash && isProven(closing, this.config, this.deps.verify) ? closing : undefined;
    if (here || (!proven && this.catchUp.needsProof(newest.ledger))) return void this.effects.push(...this.catchUp.end());
    const notice = forkNotice(replaced, entries);
    if (notice) this.log('wrn', notice);
    this.adopt(after, [...entries.slice(0, -1), proven ?? newest], reverted);
  }

  /** Goes over to ledgers that others closed; their runs are not done here, the state comes from peers. */
  private adopt(after: number, entries: readonly LedgerEntry[], reverted: readonly SignedInput[]): void {
    const newest = entries.at(-1);
    if (!newest) return;
    this.last = newest.ledger;
    this.proposedStage3 = false;
    this.lastRun.replaced();
    this.emit({ type: 'adopt', after, entries });
    this.pool.addReverted(reverted);
    // Whoever handed in an input here, and waits, is told that it is in a ledger, even though we did not close that ourselves.
    for (const entry of entries) this.effects.push(...announceAccepted(entry.ledger, this.pool.settle(entry, this.config.maxInputLedgerOffset)));
    for (const rejection of this.pool.expire(this.last.seqNo)) this.emit({ type: 'reject', ...rejection });
  }

  // --- Stopping -------------------------------------------------------------------------------------------------

  private onStop(): void {
    this.stopping = true;
    // Others count on a stage-3 proposal that was sent: without closing with them this node would lag behind the
    // ledger it helped to make (decided difference c). The next stage 0 ends the wait.
    if (this.running === 'no' && this.status === 'synced' && this.proposedStage3) this.closeBeforeStop();
    else this.emitStopped();
  }

  private emitStopped(): void {
    this.life = 'over';
    this.emit({ type: 'stopped' });
  }

  private closeBeforeStop(): void {
    const attempt = attemptClose(this.finals(), this.last, this.config);
    if (attempt.kind !== 'close') return;
    this.closeWith(attempt.group, 'in-round');
    this.emitStopped();
  }
}
