/** What a run of tests came to. Notes say which tests were skipped and why, and where VS Code came from. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  notes: string[];
}

export function sum(tallies: Tally[]): Tally {
  const total = (of: (tally: Tally) => number): number => tallies.reduce((count, tally) => count + of(tally), 0);
  return { passed: total((t) => t.passed), failed: total((t) => t.failed), skipped: total((t) => t.skipped), notes: tallies.flatMap(({ notes }) => notes) };
}
