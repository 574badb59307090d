import type { SignedInput } from '../../hotpocket/inputs';
import type { Ledger } from '../../hotpocket/ledger';
import { announceAccepted, announceClosed } from './announcement';
import type { CatchUp } from './catchUp';
import { attemptClose, isProven, makeClosing, verifyClosing, type CloseAttempt } from './closing';
import type { Effects } from './effects';
import { runInputs, type CandidateInput, type InputPool } from './inputPool';
import { LastRun } from './lastRun';
import type { Pace } from './pace';
import type { Proposal } from './proposal';
import type { ProposalBook } from './proposalBook';
import { forkNotice } from './split';
import type { Closing, ConsensusBoot, ConsensusConfig, ConsensusDeps, ConsensusEvent, ConsensusPatch, LedgerEntry, RunInputs, RunOutcome } from './types';

/** At the start of a round, before its stage 0; or in the middle of one, when a ledger came late. */
export type RunMoment = 'at-start' | 'in-round';

/** What else a new ledger changes. */
export interface Surroundings {
  readonly pool: InputPool;
  readonly book: ProposalBook;
  readonly pace: Pace;
  readonly catchUp: CatchUp;
  readonly effects: Effects;
}

/**
 * The newest ledger, and what gives way to the next one with it: the run that follows it, and the configuration that it agrees on. The next
 * one is closed here, or was closed by others and is taken over (reference 3.7, 4.5).
 */
export class Chain {
  last: Ledger;
  readonly lastRun: LastRun;
  /** Set while the contract runs; says what follows the run. */
  running: 'no' | RunMoment = 'no';
  /** The node is to stop, and leaves runs to its next start (decided difference c). */
  stopping = false;

  constructor(public config: ConsensusConfig, boot: ConsensusBoot, private readonly deps: ConsensusDeps, private readonly around: Surroundings) {
    this.last = boot.last;
    this.lastRun = new LastRun(boot, deps.sign);
    for (const entry of boot.recent) around.pool.settle(entry, config.maxInputLedgerOffset);
  }

  // --- Closing a ledger -----------------------------------------------------------------------------------------

  /** Closes the ledger of a round that ended, if enough identical stage-3 proposals are here. */
  tryClose(finals: readonly Proposal[], when: RunMoment): CloseAttempt {
    const attempt = attemptClose(finals, this.last, this.config);
    if (attempt.kind === 'close') this.closeWith(attempt.group, when);
    return attempt;
  }

  private closeWith(group: readonly [Proposal, ...Proposal[]], when: RunMoment): void {
    const inputs = this.around.pool.bodies(group[0].inputs);
    if (inputs) return this.close(makeClosing(this.last, group, inputs), inputs, when);
    // Nothing is given up: a peer that closed this ledger has the input (missing.ts).
    this.around.effects.log('wrn', "Input required but wasn't in our candidate inputs map, this will potentially cause desync.");
    this.around.effects.log('err', 'Error occured when closing ledger');
  }

  private close(closing: Closing, inputs: readonly CandidateInput[], when: RunMoment): void {
    const { pool, book, effects } = this.around;
    const { ledger } = closing;
    this.last = ledger;
    pool.settle(closing, this.config.maxInputLedgerOffset);
    effects.emit(...announceClosed(closing, inputs, pool.expire(ledger.seqNo), this.lastRun.outputs, book.signatures));
    if (ledger.configHash === this.lastRun.patchHash) this.applyPendingPatch();
    if (!this.config.execute) this.lastRun.none();
    else if (!this.stopping) this.run(runInputs(closing.users, inputs), when);
  }

  // --- Running the contract -------------------------------------------------------------------------------------

  run(users: readonly RunInputs[], when: RunMoment): void {
    this.running = when;
    this.around.effects.emit({ type: 'run', ledger: this.last, users });
  }

  /** Takes in what the run left; returns when it was. */
  ran(outcome: RunOutcome): Chain['running'] {
    const when = this.running;
    this.running = 'no';
    if (when !== 'no') this.lastRun.ran(outcome, this.last.seqNo);
    return when;
  }

  // --- The configuration ----------------------------------------------------------------------------------------

  configure(change: Partial<ConsensusConfig>): void {
    const { pace } = this.around;
    this.config = { ...this.config, ...change };
    pace.rounds = pace.rounds.withTime(this.config.contractId, this.config);
  }

  applyPatch(patch: ConsensusPatch, afterSync: boolean): void {
    const { book, pace, effects } = this.around;
    this.configure(patch);
    book.retain(this.config.unl);
    pace.retain(this.config.unl);
    effects.emit({ type: 'applyPatch', patchHash: this.lastRun.patchHash, afterSync });
  }

  private applyPendingPatch(): void {
    const patch = this.lastRun.takePatch();
    if (patch === undefined) return;
    if (patch) return this.applyPatch(patch, false);
    // The real engine never runs the contract again after this; ours goes on with the old configuration.
    this.around.effects.log('err', 'Error applying patch config.');
    this.around.effects.log('err', 'Applying patch file changes after consensus failed.');
  }

  // --- Ledgers that others closed -------------------------------------------------------------------------------

  /** One that a peer closed, with the proof. */
  onClosing(closing: Closing): void {
    if (this.running !== 'no' || closing.ledger.seqNo !== this.last.seqNo + 1) return;
    const inputs = verifyClosing(closing, this.last, this.config, this.deps.verify);
    if (!inputs) return;
    if (this.lastRun.isBefore(closing.ledger)) this.close(closing, inputs, 'in-round');
    else this.adopt(this.last.seqNo, [closing], []);
  }

  /** Those that were fetched. */
  onSynced({ after, entries, closing, replaced, reverted }: ConsensusEvent & { type: 'ledgersSynced' }): void {
    const { catchUp, effects } = this.around;
    const newest = entries.at(-1);
    if (this.running !== 'no' || !newest) return;
    if (closing && after === this.last.seqNo && entries.length === 1) this.onClosing(closing);
    const here = newest.ledger.hash === this.last.hash;
    const proven = closing?.ledger.hash === newest.ledger.hash && isProven(closing, this.config, this.deps.verify) ? closing : undefined;
    if (here || (!proven && catchUp.needsProof(newest.ledger))) return effects.emit(...catchUp.end());
    const notice = forkNotice(replaced, entries);
    if (notice) effects.log('wrn', notice);
    this.adopt(after, [...entries.slice(0, -1), proven ?? newest], reverted);
  }

  /** Goes over to ledgers that others closed; their runs are not done here, the state comes from peers. */
  private adopt(after: number, entries: readonly LedgerEntry[], reverted: readonly SignedInput[]): void {
    const newest = entries.at(-1);
    if (!newest) return;
    const { pool, effects } = this.around;
    this.last = newest.ledger;
    this.lastRun.replaced();
    effects.emit({ type: 'adopt', after, entries });
    pool.addReverted(reverted);
    // Whoever handed in an input here, and waits, is told that it is in a ledger, even though we did not close that ourselves.
    for (const entry of entries) effects.emit(...announceAccepted(entry.ledger, pool.settle(entry, this.config.maxInputLedgerOffset)));
    for (const rejection of pool.expire(this.last.seqNo)) effects.emit({ type: 'reject', ...rejection });
  }
}
