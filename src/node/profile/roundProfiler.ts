import type { Clock } from '../../base/clock';
import { ROUND_PHASES, type RoundPhase, type RoundProfile } from '../../base/roundProfile';

/** What the configuration says of a round. */
type RoundTerms = Pick<RoundProfile, 'roundTime' | 'budgetMs'>;

/** A round under way. */
interface Draft {
  readonly ledgerSeqNo: number;
  readonly at: number;
  readonly terms: RoundTerms;
  readonly phases: Record<RoundPhase, number>;
  readonly beside: { keep: number; snapshot: number };
  readonly reads: { count: number; totalMs: number; longestMs: number };
  started: RoundProfile['started'];
  files: RoundProfile['files'];
  debugged: boolean;
}

/**
 * Keeps account of where a node's rounds are spent. At any time the node is in one phase; who begins another ends it, so nothing is counted
 * twice and nothing is left out. It is always on: a round costs some microseconds.
 */
export class RoundProfiler {
  private draft: Draft | undefined;
  private phase: RoundPhase = 'wait';
  private since = 0;
  /** When the contract's program was executed, if that was not long ago. */
  private executedAt: number | undefined;

  constructor(private readonly clock: Clock, private readonly tell: (round: RoundProfile) => void) {}

  /** A ledger is written: the round before is over, and told, and the next one begins. */
  commit(ledgerSeqNo: number, terms: RoundTerms, write: () => void): void {
    this.enter('commit');
    const before = this.draft && finished(this.draft);
    this.draft = emptyDraft(ledgerSeqNo, this.clock.now(), terms);
    write();
    this.enter('propose');
    if (before) this.tell(before);
  }

  /** The node goes over to ledgers of others: what it was in was no round. */
  forget(): void {
    this.draft = undefined;
  }

  /** Ends the phase there is, now or at a moment since it began. */
  enter(phase: RoundPhase, at = this.clock.elapsed()): void {
    if (this.draft) this.draft.phases[this.phase] += at - this.since;
    this.phase = phase;
    this.since = at;
  }

  /** The node has something to do for consensus; it counts only while it would wait otherwise. */
  propose(): void {
    if (this.phase === 'wait') this.enter('propose');
  }

  /** That is done. */
  rest(): void {
    if (this.phase === 'propose') this.enter('wait');
  }

  /** The contract's program has taken the place of ours in the process. */
  executed(): void {
    this.executedAt = this.clock.elapsed();
    if (this.draft) this.draft.started = 'executed';
  }

  /** It has read its arguments, at that time. */
  readArguments(at: number): void {
    if (this.phase !== 'start') return;
    if (this.draft) this.draft.started = 'read';
    this.enter('run', at);
  }

  /** The contract's process is gone, or there was none. */
  exited(): void {
    if (this.phase === 'start' && this.executedAt !== undefined) this.enter('run', this.executedAt);
    this.executedAt = undefined;
    if (this.phase !== 'finish') this.enter('finish');
  }

  scanned(files: NonNullable<RoundProfile['files']>): void {
    if (this.draft) this.draft.files = files;
  }

  debugged(): void {
    if (this.draft) this.draft.debugged = true;
  }

  /** Work that goes on beside the round; it counts for the one in which it ends. */
  async beside<T>(what: keyof RoundProfile['beside'], work: () => Promise<T>): Promise<T> {
    const begin = this.clock.elapsed();
    const result = await work();
    if (this.draft) this.draft.beside[what] += this.clock.elapsed() - begin;
    return result;
  }

  /** A read request was answered, `ms` after it came. */
  read(ms: number): void {
    if (!this.draft) return;
    const { reads } = this.draft;
    reads.count++;
    reads.totalMs += ms;
    reads.longestMs = Math.max(reads.longestMs, ms);
  }
}

function emptyDraft(ledgerSeqNo: number, at: number, terms: RoundTerms): Draft {
  const phases = { commit: 0, prepare: 0, start: 0, run: 0, finish: 0, hash: 0, record: 0, propose: 0, wait: 0 };
  return { ledgerSeqNo, at, terms, phases, beside: { keep: 0, snapshot: 0 }, reads: { count: 0, totalMs: 0, longestMs: 0 }, started: 'not', files: undefined, debugged: false };
}

function finished({ ledgerSeqNo, at, terms, phases, beside, reads, started, files, debugged }: Draft): RoundProfile {
  const { count, totalMs, longestMs } = reads;
  return {
    ledgerSeqNo, at, ...terms,
    totalMs: micros(ROUND_PHASES.reduce((sum, phase) => sum + phases[phase], 0)),
    phases: Object.fromEntries(ROUND_PHASES.map((phase) => [phase, micros(phases[phase])])) as Record<RoundPhase, number>,
    started,
    ...(files && { files }),
    beside: { keep: micros(beside.keep), snapshot: micros(beside.snapshot) },
    reads: { count, totalMs: micros(totalMs), longestMs: micros(longestMs) },
    debugged,
  };
}

const micros = (ms: number): number => Math.round(ms * 1000) / 1000;
