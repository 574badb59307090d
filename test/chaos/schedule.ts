import type { Random } from '../sim/support/random';
import type { FaultKind } from './faults';
import type { ChaosOptions } from './options';

/** One fault as it is planned. Which of the fields matter is the kind's to say. */
export interface Fault {
  readonly kind: FaultKind;
  /** ms after the one before. */
  readonly after: number;
  readonly node: number;
  readonly user: number;
  readonly ms: number;
  /** From 0 to 1: of whatever the kind has more or less of. */
  readonly chance: number;
}

/** Faults, and then none for a while. */
export interface Phase {
  readonly faults: readonly Fault[];
  readonly calmMs: number;
}

/** Five in which the cluster has to make progress, and a few to see that it goes on. */
const CALM_ROUNDS = 8;

/** All faults of a run: the same for the same seed. Kinds are dealt like cards, so that each comes before any comes again. */
export function makeSchedule({ size, seconds, roundTime, users }: ChaosOptions, kinds: readonly FaultKind[], random: Random): Phase[] {
  const deck: FaultKind[] = [];
  const deal = (): FaultKind => {
    if (deck.length === 0) deck.push(...shuffled(kinds, random));
    return deck.pop() as FaultKind;
  };
  const phases: Phase[] = [];
  for (let left = seconds * 1000; left > 0; ) {
    const faults: Fault[] = [];
    const calmMs = CALM_ROUNDS * roundTime;
    let storm = Math.max(4_000, Math.min(left - calmMs, random.between(8_000, 16_000)));
    left -= storm + calmMs;
    // The first storm has one of each.
    while (storm > 0 || (phases.length === 0 && faults.length < kinds.length)) {
      const after = Math.round(random.between(100, 1_500));
      faults.push({ kind: deal(), after, node: random.int(1, size), user: random.int(0, users - 1), ms: Math.round(random.between(0.2, 3.2) * roundTime), chance: random.next() });
      storm -= after;
    }
    phases.push({ faults, calmMs });
  }
  return phases;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const rest = [...items];
  return Array.from(items, () => rest.splice(random.int(0, rest.length - 1), 1)[0] as T);
}
