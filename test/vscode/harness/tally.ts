/** What a run of tests came to. */
export interface Tally {
  readonly passed: number;
  /** Which tests were skipped, or what is missing here. */
  readonly skips: readonly string[];
  readonly failures: readonly Failure[];
}

export interface Failure {
  /** Relative to the project; not given if it belongs to no file. */
  readonly file?: string | undefined;
  readonly name: string;
  readonly message?: string | undefined;
}

/** Chooses among the tests: a regular expression on full titles, and a test file by its path in the project. */
export interface Choice {
  readonly grep?: string | undefined;
  readonly file?: string | undefined;
}

export function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((count, { passed }) => count + passed, 0),
    skips: tallies.flatMap(({ skips }) => skips),
    failures: tallies.flatMap(({ failures }) => failures),
  };
}

export const failure = (name: string): Tally => ({ passed: 0, skips: [], failures: [{ name }] });
