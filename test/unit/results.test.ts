import { describe, expect, it } from 'vitest';
import { Results } from '../results.mjs';

interface Failure { readonly name: string; readonly message?: string }
const results = (): Results => new Results('/project');

const vitest = (passed: number, failures: Failure[], file = 'test/unit/a.test.ts'): object => ({
  numPassedTests: passed,
  numFailedTests: failures.length,
  testResults: [{ name: `/project/${file}`, assertionResults: failures.map(({ name, message }) => ({ status: 'failed', fullName: name, failureMessages: [message] })) }],
});

describe('the result of npm test', () => {
  it('counts, and lists what was skipped and what failed', () => {
    const counts = results();
    counts.addStep('types', true);
    counts.addVitest('unit', vitest(7, [{ name: 'a test', message: '\u001B[31mError\u001B[39m: no\nsecond\nthird\nfourth' }]), false);
    counts.addVsCode('host', { passed: 2, skips: ['a suite'], failures: [{ file: 'test/vscode/suite/b.test.ts', name: 'b', message: 'lost' }] }, false);
    expect(counts.report()).toEqual([
      'skipped: a suite',
      'failed: unit: test/unit/a.test.ts: a test: Error: no second third',
      'failed: host: test/vscode/suite/b.test.ts: b: lost',
      '10 passed, 2 failed, 1 skipped',
    ]);
  });

  it.each(['addVitest', 'addVsCode'] as const)('is a failure where a part ended badly without one, or without a report (%s)', (add) => {
    const counts = results();
    counts[add]('a part', { ...vitest(1, []), passed: 1, skips: [], failures: [] }, false);
    counts[add]('a part', undefined, true);
    expect([counts.passed, counts.failed]).toEqual([1, 2]);
    expect(counts.toRunAgain()).toEqual([]);
  });

  it('takes a failure back, and says so, if its file does not fail by itself', () => {
    const counts = results();
    counts.addVitest('unit', vitest(5, [{ name: 'a', message: 'x' }, { name: 'b', message: 'y' }]), false);
    counts.addVitest('process', vitest(5, [{ name: 'c', message: 'z' }], 'test/process/c.test.ts'), false);
    expect(counts.toRunAgain()).toEqual([['unit', 'test/unit/a.test.ts'], ['process', 'test/process/c.test.ts']]);
    counts.didNotFailAgain('unit', 'test/unit/a.test.ts');
    expect(counts.report()).toEqual([
      'unsteady (failed, and passed when its file was run again by itself): unit: test/unit/a.test.ts: a: x',
      'unsteady (failed, and passed when its file was run again by itself): unit: test/unit/a.test.ts: b: y',
      'failed: process: test/process/c.test.ts: c: z',
      '12 passed, 1 failed',
    ]);
  });

  it('is not taken back when three files failed, or a step', () => {
    const many = results();
    for (const file of ['a', 'b', 'c']) many.addVitest('unit', vitest(0, [{ name: 'a test' }], `test/unit/${file}.test.ts`), false);
    expect(many.toRunAgain()).toEqual([]);
    const step = results();
    step.addStep('types', false);
    step.addVitest('unit', vitest(0, [{ name: 'a' }]), false);
    expect(step.toRunAgain()).toEqual([]);
  });
});
