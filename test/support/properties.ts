// What must be true of a cluster whatever happens to it, simulated (test/sim) or of real processes (test/chaos).

/** Ledger numbers of which there are different ledgers, by number → hash. */
export const forkedNumbers = (ledgers: ReadonlyMap<number, ReadonlyMap<string, unknown>>): number[] => [...ledgers].filter(([, byHash]) => byHash.size > 1).map(([seqNo]) => seqNo);

/** What is there more than once: no input and no run may be. */
export function repeated<T>(items: readonly T[]): T[] {
  const seen = new Set<T>();
  return items.filter((item) => seen.has(item) || !seen.add(item));
}

/** Accepted inputs of which the state shows nothing. Only what stood in a ledger that was taken back can have run out of time. */
export function lostInputs(inputs: Iterable<{ readonly text: string; readonly accepted: boolean; readonly reverted: boolean }>, executed: Iterable<string>): string[] {
  const done = new Set(executed);
  return [...inputs].filter(({ text, accepted, reverted }) => accepted && !reverted && !done.has(text)).map(({ text }) => text);
}
