/**
 * How many of `unlSize` nodes must agree, with hpcore's arithmetic to the last bit (reference 3.5): the formulas differ
 * for a few sizes and thresholds because one divides before it multiplies.
 */

/** Votes needed in stages 1 to 3 before anything is decided. */
export const votesNeeded = (threshold: number, unlSize: number): number => Math.ceil((threshold / 100) * unlSize);

/** Identical stage-3 proposals needed to close a ledger; also the majority of output hashes. */
export const closeNeeded = (threshold: number, unlSize: number): number => Math.ceil((threshold * unlSize) / 100);

/** Votes a user or an input needs to stay in the proposal of the given stage. */
export function itemVotesNeeded(stage: 1 | 2 | 3, threshold: number, unlSize: number): number {
  if (stage === 1) return 1;
  const f = Math.fround;
  const share = f(stage === 2 ? 0.65 : 0.8);
  return Math.ceil(f(f(f(share * threshold) / f(f(0.8) * 100)) * unlSize));
}
