import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RoundProfile } from '../../../src/base/roundProfile';
import { ClusterModel } from '../../../src/extension/model/clusterModel';
import { NodeRounds } from '../../../src/extension/profile/nodeRounds';
import { profileText } from '../../../src/extension/profile/profileText';
import { roundsRow } from '../../../src/extension/profile/roundsRow';
import { roundOf } from '../../support/rounds';
import { cluster, FakeEngine, l10n, node, stopped } from './support';

describe('the row of a node\'s last round', () => {
  it('says what the contract took of it, in whole milliseconds and rounds', () => {
    expect(roundsRow([roundOf(6, { phases: { run: 500 } }), roundOf(7, { totalMs: 2003.4 })], l10n)).toMatchObject({
      label: 'Last round', description: 'contract 41 ms of 2000 ms', icon: { id: 'dashboard' }, contextValue: 'rounds', children: 'none', spoken: 'Last round: contract 41 ms of 2000 ms',
    });
    expect(roundsRow([roundOf(7, { totalMs: 3998 })], l10n).description).toBe('contract 41 ms of 4000 ms');
    expect(roundsRow([roundOf(7, { totalMs: 214 })], l10n).description).toBe('contract 41 ms of 214 ms');
    const { files: _files, ...idle } = roundOf(7, { phases: { start: 0, run: 0, finish: 0, hash: 0, record: 0 } });
    expect(roundsRow([{ ...idle, started: 'not' }], l10n).description).toBe('no contract in 2000 ms');
  });

  it('has the medians of the last rounds in its tooltip', () => {
    const rounds = [...[1, 2, 3].map((i) => roundOf(i, { phases: { run: 999 } })), ...Array.from({ length: 20 }, (_, i) => roundOf(4 + i))];
    expect(roundsRow(rounds, l10n).tooltip).toBe([
      '| 20 rounds | Median |', '| --- | --- |', '| Write the ledger | 1.0 ms |', '| Wait until the last state is kept | 0.0 ms |',
      '| Start the program, until it reads | 30.0 ms |', '| The contract runs | 5.0 ms |', '| End it, read its outputs | 1.0 ms |', '| Hash the state | 3.0 ms |',
      '| Write down the run | 2.0 ms |', '| Propose and vote | 8.0 ms |', '| Wait for time and votes | 1950 ms |', '| From ledger to ledger | 2000 ms |',
    ].join('\n'));
  });

  it('warns when the contract is too slow, as a rule', () => {
    const slow = roundsRow([1, 2].map((i) => roundOf(i, { totalMs: 4000, phases: { run: 700 } })), l10n);
    expect(slow).toMatchObject({ description: 'contract 736 ms of 4000 ms', icon: { id: 'warning', color: 'list.warningForeground' }, spoken: 'Last round: contract 736 ms of 4000 ms, too slow' });
    expect(slow.tooltip).toContain('The contract needs 736 ms, but a round has room for 300 ms');
    expect(roundsRow([roundOf(1), roundOf(2), roundOf(3, { phases: { run: 700 } })], l10n).icon).toEqual({ id: 'dashboard' });
  });

  it('says that there is none yet', () => {
    const row = roundsRow([], l10n);
    expect(row.description).toBe('not measured yet');
    expect(row).not.toHaveProperty('tooltip');
  });
});

describe('the document of a node\'s rounds', () => {
  const status = cluster([node(1), node(2, { state: stopped })]);

  it('is the text of the command line', () => {
    const text = profileText(1, Array.from({ length: 30 }, (_, i) => roundOf(i + 1)), status, l10n);
    expect(text).toMatch(/^Node 1, ledgers 11 to 30: 20 rounds, round time 2000 ms\n\nPhase .*\nWrite the ledger /);
    expect(text.split('\n').every((line) => line.length <= 100)).toBe(true);
  });

  it('says what keeps it from being more', () => {
    expect(profileText(1, [], status, l10n)).toBe('Node 1 has not finished a round yet.\n');
    expect(profileText(2, [roundOf(1)], status, l10n)).toMatch(/^Node 2 does not run now\.\n\nNode 2, ledger 1: 1 round,/);
    expect(profileText(3, [], status, l10n)).toBe('There is no node 3 now.\n\nNode 3 has not finished a round yet.\n');
    expect(profileText(1, [], undefined, l10n)).toMatch(/^There is no node 1 now\./);
  });
});

describe('the rounds of nodes', () => {
  let engine: FakeEngine;
  let known: () => Promise<readonly RoundProfile[]>;
  let asked: number;
  let model: ClusterModel;
  let rounds: NodeRounds;
  const numbers = () => rounds.of(1).map(({ ledgerSeqNo }) => ledgerSeqNo);
  const tell = (seqNo: number, debugged = false) => engine.changes.fire({ type: 'round', node: 1, round: roundOf(seqNo, { debugged }) });

  beforeEach(() => {
    asked = 0;
    engine = Object.assign(new FakeEngine(() => Promise.resolve(cluster([node(1)]))), { roundProfiles: () => {
      asked++;
      return known();
    } });
    model = new ClusterModel(engine, 0);
    rounds = new NodeRounds(engine, model);
  });
  afterEach(() => {
    rounds.dispose();
    model.dispose();
  });

  it('are those that are told, and those before once somebody wants them', async () => {
    const changed: number[] = [];
    rounds.onDidChange((one) => changed.push(one));
    tell(5);
    known = () => Promise.resolve([3, 4, 5].map((i) => roundOf(i)));
    expect(numbers()).toEqual([5]);
    await Promise.all([rounds.load(1), rounds.load(1)]);
    await rounds.load(1);
    expect([numbers(), changed, asked]).toEqual([[3, 4, 5], [1, 1], 1]);
  });

  it('are without those of a debugger', () => {
    for (const seqNo of [1, 2, 3]) tell(seqNo, seqNo === 2);
    expect(numbers()).toEqual([1, 3]);
  });

  it('are asked for again after a failure, and of another supervisor', async () => {
    known = () => Promise.reject(new Error('old'));
    await expect(rounds.load(1)).rejects.toThrow('old');
    known = () => Promise.resolve([roundOf(1)]);
    await rounds.load(1);
    expect(numbers()).toEqual([1]);
    tell(2);
    engine.changes.fire({ type: 'cluster', exists: true });
    await rounds.load(1);
    expect(numbers()).toEqual([1, 2]);
    engine.changes.fire({ type: 'cluster', exists: false });
    expect(numbers()).toEqual([]);
  });
});
