import { describe, expect, it } from 'vitest';
import { english } from '../../../../src/cli/english';
import { statisticsOf } from '../../../../src/cluster/profile/statistics';
import { profileLines } from '../../../../src/cluster/profile/text';
import type { RoundProfile } from '../../../../src/base/roundProfile';
import { roundOf } from '../../../support/rounds';

const lines = (rounds: readonly RoundProfile[], width = 100, paint?: (bar: string, over: boolean) => string) =>
  profileLines(1, statisticsOf(rounds)!, { width, l10n: english, ...(paint && { paint }) });
const slow = [1, 2, 3].map((i) => roundOf(i, { totalMs: 4000, phases: { run: 2500 }, reads: { count: 1, totalMs: 60 + i, longestMs: 60 + i } }));

describe('a profile as text', () => {
  it('has a row a phase with its share as a bar, and says what the contract takes', () => {
    expect(lines([roundOf(1), roundOf(2, { phases: { hash: 203 } })])).toEqual([
      'Node 1, ledgers 1 to 2: 2 rounds, round time 2000 ms',
      '',
      'Phase                               Median     95 %    Share',
      'Write the ledger                    1.0 ms   1.0 ms    0.1 %',
      'Wait until the last state is kept   0.0 ms   0.0 ms    0.0 %',
      'Start the program, until it reads  30.0 ms  30.0 ms    1.5 %  ▋',
      'The contract runs                   5.0 ms   5.0 ms    0.3 %  ▏',
      'End it, read its outputs            1.0 ms   1.0 ms    0.1 %',
      'Hash the state                      103 ms   203 ms    5.1 %  ██',
      'Write down the run                  2.0 ms   2.0 ms    0.1 %',
      'Propose and vote                    8.0 ms   8.0 ms    0.4 %  ▏',
      'Wait for time and votes            1850 ms  1950 ms   92.5 %  ███████████████████████████████████▏',
      'From ledger to ledger              2000 ms  2000 ms  100.0 %',
      '',
      'The contract takes 141 ms of a round, from waiting for the last state to writing down the run.',
      'Files of the state: 10 looked at, 1 hashed again.',
      'Beside the round: 4.0 ms to keep the state, 2.0 ms to make a snapshot for read requests.',
    ]);
  });

  it('says what is too long, what follows, and what to do', () => {
    expect(lines(slow, 400).at(-1)).toBe('The contract needs 2536 ms, but a round has room for 300 ms: ledgers come every 4000 ms. Most of it is its own work: do less in a round. Or set contract.consensus.roundtime to 17000 or more.');
    expect(lines(slow, 400)).toContain('Read requests: 3, mean 62.0 ms, longest 63.0 ms.');
  });

  it.each([
    ['start', 'Most of it is the start of its program'],
    ['hash', 'Most of it is hashing 1 changed files'],
    ['prepare', 'Most of it is waiting until what the last run wrote is kept'],
    ['finish', 'Most of it is what follows its exit'],
    ['record', 'Most of it is writing down its outputs'],
  ])('has another cause for %s', (phase, cause) => {
    expect(lines([roundOf(1, { phases: { [phase]: 700 } })], 400).at(-1)).toContain(cause);
  });

  it('says when a program cannot be told from its start, and when none ran', () => {
    const text = lines([roundOf(1, { started: 'executed', phases: { run: 700 } })], 400).join('\n');
    expect(text).toContain('Start the program  ');
    expect(text).toContain('It does not read its arguments, so that its own start counts as its run.');
    expect(text).toContain('have it start quicker, or do less in a round');
    const { files: _files, ...idle } = roundOf(1);
    expect(lines([{ ...idle, started: 'not' }]).at(-1)).toBe('No contract ran in these rounds.');
  });

  it.each([30, 40, 50, 60, 66, 67, 68, 80, 120, 300])('fits %i columns', (width) => {
    const text = lines(slow, width);
    for (const line of text) expect(line.length, line).toBeLessThanOrEqual(width);
    expect(text.some((line) => line.includes('█'))).toBe(width >= 68);
    // The median is there, however little room there is.
    expect(text.find((line) => /^The co.* ms/.test(line))).toContain('2500 ms');
  });

  it('has colour only on the bars of the contract', () => {
    const painted: [string, boolean][] = [];
    const paint = (bar: string, over: boolean): string => {
      painted.push([bar, over]);
      return `<${bar}>`;
    };
    const text = lines(slow, 100, paint);
    const coloured = text.filter((line) => line.includes('<'));
    expect(coloured.map((line) => line.split('  ')[0])).toEqual(['Start the program, until it reads', 'The contract runs']);
    for (const line of coloured) expect(line).toMatch(/ % +<\S+>$/);
    expect(painted.map(([, over]) => over)).toEqual([true, true]);
  });
});
