// What Vitest's JSON report says of a run, as a Tally (vscode/harness/tally.ts).
import { relative } from 'node:path';

/** `root`: the project's folder. `ok`: Vitest says that all is well. */
export function vitestTally(root, { numPassedTests: passed, testResults }, ok) {
  const results = testResults.flatMap(({ name, assertionResults }) => assertionResults.map((result) => ({ ...result, file: relative(root, name) })));
  const failures = results.filter(({ status }) => status === 'failed').map(({ file, fullName, failureMessages }) => ({ file, name: fullName, message: failureMessages?.[0] }));
  // A file that does not load, or an error outside any test, fails no test of its own.
  if (!ok && failures.length === 0) failures.push({ name: 'an error outside its tests' });
  return { passed, skips: results.filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ fullName }) => fullName), failures };
}
