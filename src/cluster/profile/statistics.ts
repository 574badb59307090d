import { contractMs, CONTRACT_PHASES, ROUND_PHASES, type RoundPhase, type RoundProfile } from '../../base/roundProfile';

/** Of a list of durations, in ms. */
export interface Figures {
  readonly medianMs: number;
  /** 19 of 20 are not longer; of fewer than 20, none is. */
  readonly p95Ms: number;
}

export interface PhaseFigures extends Figures {
  readonly phase: RoundPhase;
  /** Of all the time that the rounds took, 0 to 1. Those of all phases add up to 1. */
  readonly share: number;
}

/** Where the rounds of a node are spent. */
export interface Statistics {
  readonly rounds: number;
  readonly ledgers: { readonly first: number; readonly last: number };
  /** As configured when the last of them began. */
  readonly roundTime: number;
  /** From one ledger to the next. */
  readonly total: Figures;
  /** In the order in which they come in a round. */
  readonly phases: readonly PhaseFigures[];
  /** All phases that the contract is the reason for, together. */
  readonly contract: Figures;
  /** What the end of `start` stands for in most rounds. */
  readonly started: RoundProfile['started'];
  /** Medians; absent if no contract ran. */
  readonly files?: { readonly looked: number; readonly hashed: number };
  readonly beside: { readonly keep: Figures; readonly snapshot: Figures };
  readonly reads: { readonly count: number; readonly meanMs: number; readonly longestMs: number };
  readonly advice?: Advice;
}

/** The contract takes longer than a round has room for (reference 3.3). */
export interface Advice {
  readonly contractMs: number;
  readonly budgetMs: number;
  /** The phase that takes most of it. */
  readonly dominant: RoundPhase;
  /** A round time that has room for it, ms. */
  readonly roundTime: number;
}

const P95 = 0.95;
const STEP_OF_ROUND_TIME = 100;

/** Undefined for no rounds. */
export function statisticsOf(rounds: readonly RoundProfile[]): Statistics | undefined {
  const [first] = rounds;
  const last = rounds.at(-1);
  if (!first || !last) return undefined;
  const contract = figures(rounds.map(contractMs));
  const phases = phaseFigures(rounds);
  const ran = rounds.flatMap(({ files }) => files ?? []);
  const reads = rounds.map((round) => round.reads);
  const count = sum(reads.map((one) => one.count));
  const advice = adviceFor(contract, phases, last);
  return {
    rounds: rounds.length,
    ledgers: { first: first.ledgerSeqNo, last: last.ledgerSeqNo },
    roundTime: last.roundTime,
    total: figures(rounds.map(({ totalMs }) => totalMs)),
    phases,
    contract,
    started: mostFrequent(rounds.map(({ started }) => started)),
    ...(ran.length > 0 && { files: { looked: median(ran.map(({ looked }) => looked)), hashed: median(ran.map(({ hashed }) => hashed)) } }),
    beside: { keep: figures(rounds.map(({ beside }) => beside.keep)), snapshot: figures(rounds.map(({ beside }) => beside.snapshot)) },
    reads: { count, meanMs: count === 0 ? 0 : sum(reads.map(({ totalMs }) => totalMs)) / count, longestMs: Math.max(...reads.map(({ longestMs }) => longestMs)) },
    ...(advice && { advice }),
  };
}

function phaseFigures(rounds: readonly RoundProfile[]): PhaseFigures[] {
  const whole = sum(rounds.map(({ totalMs }) => totalMs));
  return ROUND_PHASES.map((phase) => {
    const durations = rounds.map(({ phases }) => phases[phase]);
    return { phase, ...figures(durations), share: whole === 0 ? 0 : sum(durations) / whole };
  });
}

function adviceFor({ medianMs }: Figures, phases: readonly PhaseFigures[], { budgetMs, roundTime }: RoundProfile): Advice | undefined {
  // Without any room no contract is quick enough.
  if (budgetMs === undefined || medianMs <= budgetMs || budgetMs === 0) return undefined;
  const [dominant] = phases.filter(({ phase }) => CONTRACT_PHASES.includes(phase)).sort((a, b) => b.medianMs - a.medianMs);
  if (!dominant) return undefined;
  const enough = (medianMs * roundTime) / budgetMs;
  return { contractMs: medianMs, budgetMs, dominant: dominant.phase, roundTime: Math.ceil(enough / STEP_OF_ROUND_TIME) * STEP_OF_ROUND_TIME };
}

function figures(durations: readonly number[]): Figures {
  const sorted = [...durations].sort((a, b) => a - b);
  return { medianMs: median(sorted), p95Ms: sorted[Math.ceil(P95 * sorted.length) - 1] ?? 0 };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function mostFrequent<T>(values: readonly T[]): T {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [[most] = []] = [...counts].sort(([, a], [, b]) => b - a);
  return most as T;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
