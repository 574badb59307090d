import { describe, expect, it } from 'vitest';
import type { NodeStatusInfo } from '../../../src/cluster/engine';
import { contextOf } from '../../../src/extension/model/context';
import { isEnabled } from '../../../src/extension/model/enablement';
import { SteadyCondition } from '../../../src/extension/model/steady';
import { isStoppable, nodeCondition, summarise } from '../../../src/extension/model/summary';
import { failureText, pausedText, statusText } from '../../../src/extension/status/statusText';
import { cluster, interrupted, l10n, node, running, stopped } from './support';

const unreliable = { voteStatus: 'unreliable', votes: { received: 2, needed: 3 } } as const;
const unknown = { voteStatus: 'unknown', ledger: undefined } as unknown as Partial<NodeStatusInfo>;
const crashed = { kind: 'crashed', exit: 'exit code 1' } as const;
const three = (...changes: Partial<NodeStatusInfo>[]) => cluster([1, 2, 3].map((n, i) => node(n, changes[i])));

describe('the condition of a node', () => {
  it.each([
    ['starting', { state: { kind: 'starting', pid: 1 } }],
    ['starting', { state: running, voteStatus: 'unknown' }],
    ['synced', {}],
    ['desync', { voteStatus: 'desync' }],
    ['unreliable', unreliable],
    ['stopping', { state: { kind: 'stopping', pid: 1 } }],
    ['stopped', { state: stopped }],
    ['interrupted', { state: interrupted }],
    ['crashed', { state: crashed }],
  ] as const)('is %s', (condition, changes) => {
    expect(nodeCondition(node(1, changes))).toBe(condition);
  });

  it('lets one be stopped that would start again', () => {
    expect([crashed, { ...crashed, retryAt: 1 }, stopped, running].map((state) => isStoppable(state))).toEqual([false, true, false, true]);
  });
});

describe('the condition of a cluster', () => {
  it.each([
    ['working', three(), 3],
    ['working', cluster([node(1), node(2), node(3), node(4), node(5, { state: stopped })], 4), 4],
    ['waiting', three({}, {}, { voteStatus: 'desync' }), 2],
    ['waiting', three(unknown, unknown, unknown), 0],
    ['stalled', three(unreliable, unreliable, { state: stopped }), 2],
    ['stalled', three(unreliable, unreliable, unreliable), 2],
    // One that is cut off hears only itself.
    ['working', cluster([node(1), node(2), node(3), node(4), node(5, { voteStatus: 'unreliable', votes: { received: 1, needed: 4 } })], 4), 4],
    // The last votes of the others are old news.
    ['stalled', three({}, {}, { state: stopped }), 2],
    ['stalled', three({}, {}, { state: { kind: 'stopping', pid: 1 } }), 2],
    ['forked', three({ ...unreliable, fork: true }, {}, {}), 2],
    ['stopped', three({ state: stopped }, { state: stopped }, { state: crashed }), 0],
    ['interrupted', three({ state: interrupted }, { state: interrupted }, { state: stopped }), 0],
  ] as const)('is %s', (condition, status, voting) => {
    expect(summarise(status)).toMatchObject({ condition, voting });
  });

  it('counts members of the UNL only', () => {
    const status = cluster([node(1), node(2), node(3, { state: stopped }), node(4, { inUnl: false, role: 'observer' })], 3);
    expect(summarise(status)).toMatchObject({ condition: 'stalled', voting: 2, running: 3, needed: 3 });
  });

  it('shows the highest ledger', () => {
    expect(summarise(three({ ledger: { seqNo: 9, hash: 'aa' } }, { ledger: { seqNo: 10, hash: 'aa' } }, unknown)).ledger).toBe(10);
    expect(summarise(three(unknown, unknown, unknown)).ledger).toBeUndefined();
  });
});

describe('the status bar', () => {
  const shown = (status: ReturnType<typeof cluster>) => statusText(status, summarise(status), l10n);

  it.each([
    [three(), '$(pulse) HP 3/3 · #258', undefined],
    [three(unknown, unknown, unknown), '$(loading~spin) HP 0/3 · waiting', undefined],
    [three(unreliable, unreliable, { state: stopped }), '$(warning) HP 2/3 · stalled · #258', 'warning'],
    [three({ ...unreliable, fork: true }), '$(repo-forked) HP 2/3 · forked · #258', 'error'],
    [three({ state: stopped }, { state: stopped }, { state: stopped }), '$(circle-slash) HP stopped', undefined],
  ])('is a short text', (status, text, alarm) => {
    expect(shown(status)).toMatchObject({ text });
    expect(shown(status).alarm).toBe(alarm);
  });

  it('counts down where a contract at a breakpoint is killed in time', () => {
    const paused = (status: ReturnType<typeof cluster>, goesOn?: { endsAt?: number }) =>
      pausedText(status, { node: 2, kind: 'consensus', ledgerSeqNo: 258, since: 0, ...(goesOn && { goesOn }) }, summarise(status), l10n, 1_000_000);
    const limited = { ...three(), execTimeout: 300_000 };
    expect(paused(three())).toMatchObject({ text: '$(debug-pause) HP paused · #258', tooltip: expect.stringContaining('The clock of the cluster stands still') as string });
    expect(paused(limited, {})).toMatchObject({ text: '$(debug-pause) HP paused · #258' });
    const early = paused(limited, { endsAt: 1_247_000 });
    expect(early).toMatchObject({ text: '$(debug-pause) HP paused · #258 · 4:07 left', tooltip: expect.stringMatching(/node 2 takes no part in consensus, and the others wait.*5 min after its start/) as string });
    expect(early.alarm).toBeUndefined();
    expect(paused(cluster(three().nodes, 2), { endsAt: 1_247_000 }).tooltip).toMatch(/the others go on, and it catches up/);
    expect(paused(limited, { endsAt: 1_059_000 })).toMatchObject({ text: '$(debug-pause) HP paused · #258 · 0:59 left', alarm: 'warning' });
    expect(paused(limited, { endsAt: 990_000 }).text).toContain('0:00 left');
  });

  it('says what is wrong when the cluster cannot be read', () => {
    expect(failureText(new Error('no *access*'), l10n)).toMatchObject({ text: '$(warning) HP unreadable', tooltip: expect.stringContaining('no \\*access\\*') as string });
  });

  it('has a table of the nodes, and words for who cannot see it', () => {
    const { tooltip, spoken } = shown(three(unreliable, { state: crashed }));
    expect(tooltip.split('\n').slice(2)).toEqual([
      '| Node | State | Votes | Ledger | Port |',
      '| --- | --- | --- | --- | --- |',
      '| 1 | unreliable, 2 of 3 votes | 2/3 | 258\\-abcdef01 | 8081 |',
      '| 2 | crashed \\(exit code 1\\) | 3/3 | 258\\-abcdef01 | 8082 |',
      '| 3 | synced | 3/3 | 258\\-abcdef01 | 8083 |',
    ]);
    expect(spoken).toBe('HotPocket cluster stalled, 2 of 3 needed nodes vote, ledger 258');
  });

  it('says above the table what the cluster is like, and when its rounds start', () => {
    const title = (status: ReturnType<typeof cluster>) => shown(status).tooltip.split('\n')[0];
    expect(title(three())).toBe('**HotPocket cluster default** · working · needs 3 of 3, tolerates 0 · rounds on the grid');
    expect(title({ ...three(), rounds: 'eager' })).toMatch(/ · eager rounds$/);
  });
});

describe('the steady condition', () => {
  const conditions = (...steps: (readonly [now: number, status: ReturnType<typeof cluster>])[]) => {
    const steady = new SteadyCondition();
    return steps.map(([now, status]) => steady.look(status, now)).map(({ summary, lookAgainAt }) => [summary.condition, lookAgainAt]);
  };
  const silent = three(unreliable, unreliable, unreliable);

  it('outlasts a vote that fails, but not two rounds', () => {
    expect(conditions([0, three()], [100, silent], [3999, silent], [4000, silent], [5000, three()])).toEqual([
      ['working', undefined], ['working', 4000], ['working', 4000], ['stalled', undefined], ['working', undefined],
    ]);
    expect(conditions([0, silent])).toEqual([['stalled', undefined]]);
    expect(conditions([0, three()], [10_000, { ...silent, roundTime: 60_000 }])).toEqual([['working', undefined], ['stalled', undefined]]);
  });

  it('shows at once that too few nodes run, and does not remember better times', () => {
    const two = three({}, {}, { state: stopped });
    expect(conditions([0, three()], [100, two], [200, silent])).toEqual([['working', undefined], ['stalled', undefined], ['stalled', undefined]]);
  });
});

describe('context keys', () => {
  it('follow the nodes', () => {
    const keys = (status: ReturnType<typeof cluster>) => contextOf({ kind: 'cluster', status });
    expect(keys(three())).toEqual({ 'hotpocket.clusterExists': true, 'hotpocket.anyRunning': true, 'hotpocket.anyStopped': false, 'hotpocket.ready': true });
    expect(keys(three({ state: stopped }))).toMatchObject({ 'hotpocket.anyRunning': true, 'hotpocket.anyStopped': true });
    expect(keys(cluster([node(1, { state: { ...crashed, retryAt: 1 } })]))).toMatchObject({ 'hotpocket.anyRunning': true, 'hotpocket.anyStopped': true });
    expect(keys(cluster([node(1, { state: interrupted })]))).toMatchObject({ 'hotpocket.anyRunning': false, 'hotpocket.anyStopped': true });
    expect(contextOf({ kind: 'none' })).toMatchObject({ 'hotpocket.clusterExists': false, 'hotpocket.ready': true });
    expect(contextOf({ kind: 'unknown' })).toMatchObject({ 'hotpocket.ready': false });
  });

  it('decide what is offered', () => {
    expect(isEnabled('a && !b.c', { a: true, 'b.c': false })).toBe(true);
    expect(isEnabled('a && !b.c', { a: true, 'b.c': true })).toBe(false);
    expect(isEnabled('a', {})).toBe(false);
    expect(isEnabled(undefined, {})).toBe(true);
    expect(() => isEnabled('a || b', {})).toThrow();
  });
});
