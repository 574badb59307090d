import { decodeTimeConfig, encodeTimeConfig, type Stage } from '../../hotpocket/grid';
import { blake3, shortHash, toHex, ZERO_HASH, type Hex } from '../../hotpocket/hash';
import type { InputContainer, RejectReason, SignedInput, VoteStatus } from '../../hotpocket/inputs';
import { primaryShardId, type Ledger } from '../../hotpocket/ledger';
import type { UserOutput } from '../../hotpocket/outputs';
import { votesNeeded } from '../../hotpocket/thresholds';
import { attemptClose, isProven, makeClosing, verifyClosing } from './closing';
import { InputPool, runInputs, type CandidateInput } from './inputPool';
import { missedInputRequests, missedLedgerRequests } from './missing';
import { isSigned, sameShard, signProposal, type Proposal, type ProposalBody } from './proposal';
import { PendingOutputs } from './pendingOutputs';
import { ProposalBook } from './proposalBook';
import { Rounds } from './rounds';
import { forkNotice, Split } from './split';
import type { Closing, ConsensusBoot, ConsensusConfig, ConsensusDeps, ConsensusEvent, ConsensusPatch, ConsensusView, Effect, LedgerEntry, RunInputs, RunOutcome, SyncTargets } from './types';
import { TimeConfigs } from './timeConfigs';
import { electBody, evaluate, type Branch, type Vote } from './voting';

/** At the start of a round, before its stage 0; or in the middle of one, when a ledger came late. */
type RunMoment = 'at-start' | 'in-round';

const NO_SHARD = { seqNo: 0, hash: ZERO_HASH };

/**
 * HotPocket's consensus as a state machine: `step(event, now)` gives the effects to carry out, in order. It reaches for
 * nothing outside, so the same code runs in a node on real sockets and, many at a time, in a simulation (reference 3).
 */
export class Consensus {
  private readonly book = new ProposalBook();
  private readonly pool: InputPool;
  private rounds: Rounds;
  private status: VoteStatus = 'unknown';
  private last: Ledger;
  private stateHash: Hex;
  private patchHash: Hex;
  /** A changed patch waits for the ledger that agrees on it. */
  private pendingPatch: ConsensusPatch | null | undefined;
  /** Undefined when the last ledger's run was not done here, so that its outputs are not known. */
  private outputs: PendingOutputs | undefined;
  private nodeNonce = ZERO_HASH;
  private connected: readonly Hex[] = [];
  /** Set while the contract runs; says what follows the run. */
  private running: 'no' | RunMoment = 'no';
  private stopping = false;
  private syncing = false;
  private readonly split = new Split();
  private proposedStage3 = false;
  private readonly timeConfigs = new TimeConfigs();
  private readonly lastHeard = new Map<Hex, number>();
  private effects: Effect[] = [];

  constructor(private config: ConsensusConfig, private readonly boot: ConsensusBoot, private readonly deps: ConsensusDeps) {
    this.pool = new InputPool(deps.verify);
    this.rounds = new Rounds(config.contractId, config);
    this.last = boot.last;
    this.stateHash = boot.stateHash;
    this.patchHash = boot.patchHash;
    this.outputs = this.pendingOutputs(boot.outputs);
    this.pendingPatch = boot.pendingPatch;
    for (const entry of boot.recent) this.pool.settle(entry, config.maxInputLedgerOffset);
  }

  get view(): ConsensusView {
    const { unl, threshold, roundTime } = this.config;
    return { last: this.last, status: this.status, unl, threshold, roundTime, timeConfig: encodeTimeConfig(this.config) };
  }

  /** When a proposal of the given node, or one of our own, last came, ms; 0 if never. Local: differs from node to node. */
  activeOn(pubkey: Hex): number {
    return this.lastHeard.get(pubkey) ?? 0;
  }

  /** The checks of a user's input at the moment it is handed in. */
  checkSubmit(signed: SignedInput, container: InputContainer): RejectReason | undefined {
    return this.pool.checkSubmit(signed, container, this.config, this.last.seqNo);
  }

  step(event: ConsensusEvent, now: number): Effect[] {
    this.effects = [];
    this.handle(event, now);
    return this.effects;
  }

  private handle(event: ConsensusEvent, now: number): void {
    switch (event.type) {
      case 'start':
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
      case 'peerTimeConfig':
        this.timeConfigs.heard(event.pubkey, event.timeConfig);
        return;
      case 'ran':
        return this.onRan(event.outcome, now);
      case 'ledgersSynced':
        return this.onLedgersSynced(event);
      case 'patchSynced':
        this.patchHash = event.patchHash;
        this.pendingPatch = undefined;
        if (event.patch) this.applyPatch(event.patch, true);
        return;
      case 'stateSynced':
        this.stateHash = event.stateHash;
        this.outputs = undefined;
        return;
      case 'syncEnded':
        this.syncing = false;
        return;
      case 'inputsRequested':
        return this.emit({ type: 'sendInputs', to: event.by, inputs: this.pool.some(event.inputs) });
      case 'inputs':
        return this.pool.addRequested(event.inputs, this.config, this.last.seqNo);
      case 'closing':
        // A state that is being replaced is none to run on.
        if (!this.syncing) this.onClosing(event.closing);
        return;
      case 'stop':
        return this.onStop();
    }
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
    const { stage } = this.rounds;
    if (this.rounds.align(now)) this.log('dbg', `Missed stage ${stage} window. Resetting to stage 0.`);
    this.emit({ type: 'wake', at: this.rounds.due });
  }

  private onWake(now: number): void {
    if (this.running !== 'no') return;
    if (now < this.rounds.due) return this.emit({ type: 'wake', at: this.rounds.due });
    if (this.rounds.isStale(now)) {
      this.rounds.skip();
      return this.schedule(now);
    }
    const { stage } = this.rounds;
    if (stage === 0) this.beginRound(now);
    else this.vote(stage, now);
  }

  // --- Stage 0 --------------------------------------------------------------------------------------------------

  private beginRound(now: number): void {
    this.book.drain(0, this.rounds.start, this.config.roundTime, this.status !== 'synced');
    if (this.status === 'synced') this.tryClose();
    if (this.running === 'no') this.proposeStage0(now);
  }

  private proposeStage0(now: number): void {
    this.proposedStage3 = false;
    if (this.stopping) return this.emit({ type: 'stopped' });
    this.sendNup(this.pool.unsettledOwn());
    for (const rejection of this.pool.validate(this.config, this.last.seqNo)) this.emit({ type: 'reject', ...rejection });
    this.nodeNonce = toHex(blake3(this.deps.randomBytes(64)));
    this.propose({
      time: this.rounds.start,
      groupNonce: '',
      users: this.pool.takeUsers(),
      inputs: this.pool.list(),
      outputHash: this.outputs?.root ?? ZERO_HASH,
      outputSignature: this.outputs?.signature ?? '',
    }, 0, now);
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
    this.book.drain(stage, this.rounds.start, this.config.roundTime, this.status !== 'synced');
    const vote = this.castVote(stage);
    if (vote.kind !== 'desync') this.effects.push(...missedLedgerRequests(this.book.list(), this.last));
    if (vote.kind === 'synced') this.effects.push(...missedInputRequests(this.book.list(), this.pool));
    if (vote.kind === 'unreliable') {
      this.countUnreliableRound();
      this.rounds.skip();
      return this.schedule(now);
    }
    if (vote.kind === 'synced') {
      this.timeConfigs.reliableRound();
      this.proposeFromVotes(stage, now);
    }
    this.rounds.advance();
    this.schedule(now);
  }

  /** Determines the vote status of a stage, says what follows from it, and sets sync targets (reference 3.6). */
  private castVote(stage: 1 | 2 | 3): Vote {
    const needed = votesNeeded(this.config.threshold, this.config.unl.length);
    const standing = { primaryShard: primaryShardId(this.last), patchHash: this.patchHash, stateHash: this.stateHash };
    let vote = evaluate(this.book.list(), standing, needed);
    if (vote.kind === 'synced' && this.status !== 'synced') {
      this.book.prune(stage, this.rounds.start, this.config.roundTime, false);
      vote = evaluate(this.book.list(), standing, needed);
    }
    if (vote.kind === 'unreliable') {
      this.log('inf', vote.why === 'peers'
        ? `Not enough peers proposing to perform consensus. votes:${vote.votes} needed:${needed}`
        : `No consensus on last shard hash. Possible fork condition. won:${vote.won} needed:${needed}`);
    }
    const branch = this.split.heard(vote);
    if (branch) this.joinBranch(branch);
    if (vote.kind === 'desync') {
      if (vote.shard) this.log('inf', 'We are not on the consensus ledger, we must request history from a peer.');
      this.setSyncTargets(vote);
    } else if (vote.kind === 'synced') this.endSync();
    this.setStatus(vote.kind);
    this.emit({ type: 'votes', status: this.status, votes: vote.votes, needed, fork: vote.kind === 'unreliable' && vote.why === 'shard' });
    return vote;
  }

  private joinBranch({ shard, patchHash, stateHash }: Branch): void {
    if (sameShard(shard.id, primaryShardId(this.last))) return;
    this.sync({
      ledger: { shard: shard.id, seqNo: shard.seqNo, proven: true },
      ...(patchHash === this.patchHash ? {} : { patch: patchHash }),
      ...(stateHash === this.stateHash ? {} : { state: stateHash }),
    });
  }

  private setSyncTargets({ shard, patchHash, stateHash }: Vote & { kind: 'desync' }): void {
    this.sync({
      ...(shard ? { ledger: { shard: shard.id, seqNo: shard.seqNo } } : {}),
      ...(patchHash === undefined ? {} : { patch: patchHash }),
      ...(stateHash === undefined ? {} : { state: stateHash }),
    });
  }

  private sync(targets: SyncTargets): void {
    this.syncing = true;
    this.emit({ type: 'sync', targets });
  }

  private setStatus(status: VoteStatus): void {
    if (status === this.status) return;
    this.status = status;
    this.emit({ type: 'voteStatus', status });
  }

  private proposeFromVotes(stage: 1 | 2 | 3, now: number): void {
    const candidates = this.book.list();
    const elected = electBody(stage, candidates, this.config, this.rounds.start, now, (input) => this.pool.has(input));
    if (stage === 3) this.proposedStage3 = true;
    this.propose({ ...elected, outputSignature: stage !== 3 && elected.outputHash === this.outputs?.root ? this.outputs.signature : '' }, stage, now);
  }

  private propose(body: Pick<ProposalBody, 'time' | 'groupNonce' | 'users' | 'inputs' | 'outputHash' | 'outputSignature'>, stage: Stage, now: number): void {
    // Only a validator in the UNL has a voice; a follower's opinion is not even counted by itself (reference 3.1).
    if (this.config.role !== 'validator' || !this.config.unl.includes(this.config.publicKey)) return;
    const full: ProposalBody = {
      stage,
      timeConfig: encodeTimeConfig(this.config),
      nodeNonce: this.nodeNonce,
      stateHash: this.stateHash,
      patchHash: this.patchHash,
      lastLedgerSeqNo: this.last.seqNo,
      primaryShard: primaryShardId(this.last),
      rawShard: NO_SHARD,
      ...body,
    };
    const proposal = signProposal(full, this.config.publicKey, this.deps.sign);
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
    this.lastHeard.set(proposal.pubkey, now);
    this.timeConfigs.heard(proposal.pubkey, proposal.timeConfig);
    this.book.add(proposal);
  }

  private countUnreliableRound(): void {
    const own = encodeTimeConfig(this.config);
    const elected = this.timeConfigs.afterUnreliableRound(own, this.config.unl);
    if (elected === undefined) return;
    this.log('inf', `New time config detected:${elected} previous:${own}`);
    this.setTimeConfig(decodeTimeConfig(elected));
  }

  private setTimeConfig(time: Pick<ConsensusConfig, 'roundTime' | 'stageSlice'>): void {
    this.config = { ...this.config, ...time };
    this.rounds = this.rounds.withTime(this.config.contractId, this.config);
    this.emit({ type: 'timeConfig', roundTime: time.roundTime, stageSlice: time.stageSlice });
  }

  // --- Closing a ledger -----------------------------------------------------------------------------------------

  /** Closes the ledger of the round that ended, if enough identical stage-3 proposals are here (reference 3.7). */
  private tryClose(): void {
    const attempt = attemptClose(this.finals(), this.last, this.config);
    if (attempt.kind === 'few') this.log('dbg', `Not enough stage 3 proposals to create a ledger. received:${attempt.received} needed:${attempt.needed}`);
    if (attempt.kind === 'split') this.log('inf', `Cannot close ledger. Possible fork condition. won:${attempt.won} needed:${attempt.needed}`);
    if (attempt.kind === 'close') this.closeWith(attempt.group, 'at-start');
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
    const outputs = this.outputs?.root === ledger.outputHash ? this.outputs.forUsers() : [];
    this.emit({ type: 'commit', closing, outputs });
    this.log('inf', `****Ledger created**** (lcl:${ledger.seqNo}-${shortHash(ledger.hash)} state:${shortHash(ledger.stateHash)} patch:${shortHash(ledger.configHash)})`);
    this.pool.settle(closing, this.config.maxInputLedgerOffset);
    this.expire();
    this.accept(ledger, inputs);
    if (this.outputs && this.outputs.root !== ledger.outputHash) this.log('wrn', "Consensus output hash didn't match our output hash.");
    if (outputs.length > 0) this.emit({ type: 'deliver', ledger, outputs, signatures: this.book.signatures.of(ledger.outputHash) });
    this.emit({ type: 'ledgerCreated', ledger, inputs: inputs.length, users: closing.users.length });
    if (ledger.configHash === this.patchHash) this.applyPendingPatch();
    if (!this.config.execute) this.outputs = this.pendingOutputs([]);
    // A node that stops leaves the run to its next start (decided difference c).
    else if (!this.stopping) this.run(runInputs(closing.users, inputs), when);
  }

  private accept(ledger: Ledger, inputs: readonly CandidateInput[]): void {
    if (inputs.length === 0) return;
    this.emit({ type: 'accept', ledger, inputs: inputs.map((i) => ({ pubkey: i.signed.pubkey, inputHash: i.inputHash })) });
  }

  private expire(): void {
    for (const rejection of this.pool.expire(this.last.seqNo)) this.emit({ type: 'reject', ...rejection });
  }

  private pendingOutputs(list: readonly UserOutput[]): PendingOutputs {
    return new PendingOutputs(list, this.stateHash, this.deps.sign);
  }

  // --- Running the contract -------------------------------------------------------------------------------------

  private run(users: readonly RunInputs[], when: RunMoment): void {
    this.running = when;
    this.emit({ type: 'run', ledger: this.last, users });
  }

  private onRan({ stateHash, patchHash, patch, outputs }: RunOutcome, now: number): void {
    const when = this.running;
    if (when === 'no') return;
    this.running = 'no';
    this.stateHash = stateHash;
    this.outputs = this.pendingOutputs(outputs);
    if (patch !== undefined) {
      this.patchHash = patchHash;
      this.pendingPatch = patch;
    }
    if (when === 'at-start') this.proposeStage0(now);
    else this.schedule(now);
  }

  private applyPendingPatch(): void {
    const patch = this.pendingPatch;
    if (patch === undefined) return;
    this.pendingPatch = undefined;
    if (patch) return this.applyPatch(patch, false);
    // The real engine never runs the contract again after this; ours goes on with the old configuration.
    this.log('err', 'Error applying patch config.');
    this.log('err', 'Applying patch file changes after consensus failed.');
  }

  private applyPatch(patch: ConsensusPatch, afterSync: boolean): void {
    this.config = { ...this.config, ...patch };
    this.rounds = this.rounds.withTime(this.config.contractId, this.config);
    this.book.retain(this.config.unl);
    this.emit({ type: 'applyPatch', patchHash: this.patchHash, afterSync });
  }

  // --- Catching up ----------------------------------------------------------------------------------------------

  private onClosing(closing: Closing): void {
    if (this.running !== 'no' || closing.ledger.seqNo !== this.last.seqNo + 1) return;
    const inputs = verifyClosing(closing, this.last, this.config, this.deps.verify);
    if (!inputs) return;
    if (this.canRun(closing)) this.close(closing, inputs, 'in-round');
    else this.adopt(this.last.seqNo, [closing], []);
  }

  private canRun({ ledger }: LedgerEntry): boolean {
    return this.stateHash === ledger.stateHash && this.patchHash === ledger.configHash;
  }

  private onLedgersSynced({ after, entries, closing, replaced, reverted }: ConsensusEvent & { type: 'ledgersSynced' }): void {
    const newest = entries.at(-1);
    if (this.running !== 'no' || !newest) return;
    if (closing && after === this.last.seqNo && entries.length === 1) this.onClosing(closing);
    if (newest.ledger.hash === this.last.hash) return this.endSync();
    const proven = closing?.ledger.hash === newest.ledger.hash && isProven(closing, this.config, this.deps.verify) ? closing : undefined;
    if (!proven && this.split.needsProof(newest.ledger)) return this.endSync();
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
    this.outputs = undefined;
    this.emit({ type: 'adopt', after, entries });
    this.pool.addReverted(reverted);
    // Whoever handed in an input here, and waits, is told that it is in a ledger, even though we did not close that ourselves.
    for (const entry of entries) this.accept(entry.ledger, this.pool.settle(entry, this.config.maxInputLedgerOffset));
    this.expire();
  }

  private endSync(): void {
    if (!this.syncing) return;
    this.syncing = false;
    this.emit({ type: 'sync', targets: {} });
  }

  // --- Stopping -------------------------------------------------------------------------------------------------

  private onStop(): void {
    this.stopping = true;
    // Others count on a stage-3 proposal that was sent: without closing with them this node would lag behind the
    // ledger it helped to make (decided difference c). The next stage 0 ends the wait.
    if (this.running === 'no' && this.status === 'synced' && this.proposedStage3) this.closeBeforeStop();
    else this.emit({ type: 'stopped' });
  }

  private closeBeforeStop(): void {
    const attempt = attemptClose(this.finals(), this.last, this.config);
    if (attempt.kind !== 'close') return;
    this.closeWith(attempt.group, 'in-round');
    this.emit({ type: 'stopped' });
  }
}
