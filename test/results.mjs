// What the parts of a run came to: counts, what was skipped, and what failed, by file and test.
import { stripVTControlCharacters } from 'node:util';
import { vitestTally } from './vitestTally.mjs';

/** In more files than that it is no accident. In one file, one failure often brings others. */
const MOST_UNSTEADY = 2;

export class Results {
  passed = 0;
  failed = 0;
  skipped = 0;
  /** Texts: test and reason. */
  skips = [];
  /** {part, file, name, message}; `file` only if running that file by itself would tell whether the failure comes again. */
  failures = [];
  /** Failures that did not come again. */
  unsteady = [];

  constructor(root) {
    this.root = root;
  }

  /** A step that is one test by itself. */
  addStep(part, ok) {
    if (ok) this.passed++;
    else this.fail({ part, name: 'see its output above' });
  }

  skip(reason) {
    this.skipped++;
    this.skips.push(reason);
  }

  fail(failure) {
    this.failed++;
    this.failures.push(failure);
  }

  /** The JSON report of Vitest, undefined if it left none; `ok`: Vitest says that all is well. */
  addVitest(part, report, ok) {
    const tally = report && vitestTally(this.root, report, ok);
    this.addVsCode(part, tally && { ...tally, skips: tally.skips.map((name) => `${part}: ${name}`) }, ok);
  }

  /** The tally of a part in a real VS Code (vscode/harness/tally.ts), undefined if it left none. */
  addVsCode(part, tally, ok) {
    if (!tally) return this.fail({ part, name: 'ended without a report' });
    this.passed += tally.passed;
    for (const skip of tally.skips) this.skip(skip);
    for (const failure of tally.failures) this.fail({ part, ...failure });
    if (!ok && tally.failures.length === 0) this.fail({ part, name: 'an error outside its tests' });
  }

  /** [part, file] of what is worth running again, by itself: one or two files, which a busy machine may have failed. */
  toRunAgain() {
    if (this.failures.some(({ file }) => file === undefined)) return [];
    const files = [...new Map(this.failures.map(({ part, file }) => [`${part} ${file}`, [part, file]])).values()];
    return files.length > MOST_UNSTEADY ? [] : files;
  }

  /** A file did not fail again: its failures are no longer counted as such, and said all the same. */
  didNotFailAgain(part, file) {
    const here = this.failures.filter((failure) => failure.part === part && failure.file === file);
    this.failures = this.failures.filter((failure) => !here.includes(failure));
    this.unsteady.push(...here);
    this.failed -= here.length;
    this.passed += here.length;
  }

  /** Lines for people; the last one has the counts. */
  report() {
    return [
      ...this.skips.map((reason) => `skipped: ${reason}`),
      ...this.unsteady.map((failure) => `unsteady (failed, and passed when its file was run again by itself): ${describe(failure)}`),
      ...this.failures.map((failure) => `failed: ${describe(failure)}`),
      `${this.passed} passed, ${this.failed} failed${this.skipped > 0 ? `, ${this.skipped} skipped` : ''}`,
    ];
  }
}

const describe = ({ part, file, name, message }) =>
  `${part}: ${file ? `${file}: ` : ''}${name}${message ? `: ${stripVTControlCharacters(message).split('\n').slice(0, 3).join(' ').slice(0, 400)}` : ''}`;
