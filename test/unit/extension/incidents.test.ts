import { describe, expect, it } from 'vitest';
import type { ClusterStatus } from '../../../src/cluster/engine';
import { Steering } from '../../../src/extension/model/steering';
import { IncidentWatch } from '../../../src/extension/status/incidents';
import { NoticeFilter, type Notice } from '../../../src/extension/status/noticeFilter';
import { cluster, interrupted, node, stopped } from './support';

const unreliable = { voteStatus: 'unreliable' } as const;
const working = cluster([node(1), node(2), node(3)]);
const lost3 = cluster([node(1, unreliable), node(2, unreliable), node(3, { state: stopped })]);
const crashed3 = cluster([node(1, unreliable), node(2, unreliable), node(3, { state: { kind: 'crashed', exit: 'x' } })]);
const silent = cluster([node(1, unreliable), node(2, unreliable), node(3, unreliable)]);
const forked = cluster([node(1, { ...unreliable, fork: true }), node(2, unreliable), node(3)]);
const starting = cluster([1, 2, 3].map((n) => node(n, { voteStatus: 'unknown' })));
const down = cluster([1, 2, 3].map((n) => node(n, { state: interrupted })));

/** Looks at one status after another, each for the given time; says what was told, and when. */
function told(...steps: (readonly [status: ClusterStatus | undefined, forMs: number, quietUntil?: number])[]): string[] {
  const watch = new IncidentWatch();
  const heard: string[] = [];
  let now = 0;
  for (const [status, forMs, quietUntil = -Infinity] of steps) {
    const end = now + forMs;
    while (now < end) {
      const { tell, lookAgainAt } = watch.look(status, quietUntil, now);
      if (tell) heard.push(`${now} ${tell.kind} ${tell.missing.join()}`);
      now = Math.min(end, lookAgainAt ?? now + 500);
    }
  }
  return heard;
}

describe('an incident', () => {
  it('is told once, when it lasted two rounds', () => {
    expect(told([working, 1000], [lost3, 3500], [working, 1000])).toEqual([]);
    expect(told([working, 1000], [lost3, 60_000])).toEqual(['5000 stalled 3']);
    expect(told([working, 1000], [forked, 60_000])).toEqual(['5000 forked ']);
    expect(told([working, 1000], [{ ...lost3, roundTime: 100 }, 60_000])).toEqual(['4000 stalled 3']);
  });

  it('is told again only after the cluster worked in between', () => {
    expect(told([lost3, 10_000], [forked, 10_000], [starting, 10_000], [silent, 10_000])).toEqual(['4000 stalled 3']);
    expect(told([lost3, 10_000], [working, 1000], [lost3, 10_000])).toEqual(['4000 stalled 3', '15000 stalled 3']);
  });

  it('is no news when the user just stopped the node', () => {
    expect(told([working, 1000], [lost3, 500, Infinity], [lost3, 10_000, 11_000], [lost3, 60_000])).toEqual([]);
  });

  it('is told after he changed something, when what came of it is not what he asked for', () => {
    expect(told([starting, 1000, Infinity], [silent, 60_000, 11_000])).toEqual(['11000 stalled ']);
    expect(told([working, 1000, Infinity], [crashed3, 60_000, 11_000])).toEqual(['11000 stalled 3']);
  });

  it('is no news while a contract that they wait for stands at a breakpoint', () => {
    const pause = { node: 1, kind: 'consensus', ledgerSeqNo: 258, since: 0, goesOn: {} } as const;
    expect(told([working, 1000], [{ ...silent, pause }, 60_000], [working, 1000])).toEqual([]);
    expect(told([working, 1000], [{ ...silent, pause }, 10_000], [silent, 60_000])).toEqual(['15000 stalled ']);
    expect(told([working, 1000], [{ ...forked, pause }, 60_000])).toEqual(['5000 forked ']);
  });

  it('is the whole cluster being gone, if it was seen to work', () => {
    expect(told([down, 60_000])).toEqual([]);
    expect(told([working, 1000], [down, 60_000])).toEqual(['5000 interrupted 1,2,3']);
  });

  it('is over when there is no cluster', () => {
    expect(told([lost3, 1000], [undefined, 60_000], [lost3, 3000])).toEqual([]);
  });
});

describe('what the user does', () => {
  it('explains what happens for a while', () => {
    let now = 1000;
    const steering = new Steering(() => now);
    const heard: string[] = [];
    steering.onDidChange((what) => heard.push(what));
    expect(steering.quietUntil(2000)).toBe(-Infinity);
    const [first, second] = [steering.begin(), steering.begin()];
    now = 2000;
    first();
    expect(steering.quietUntil(2000)).toBe(Infinity);
    second();
    expect(steering.quietUntil(2000)).toBe(12_000);
    expect(steering.quietUntil(10_000)).toBe(42_000);
    expect(heard).toEqual(['began', 'began', 'ended', 'ended']);
  });
});

describe('a notice of the engine', () => {
  const notice = (code: string, message: string, node?: number): Notice => ({ type: 'notice', code, message, remedy: '', ...(node !== undefined && { node }) });

  it('is shown once about each node, and once in the same words', () => {
    const filter = new NoticeFilter();
    expect(filter.isNew(notice('NODE_CRASHED', 'node 1, again in 1 s', 1))).toBe(true);
    expect(filter.isNew(notice('NODE_CRASHED', 'node 1, again in 2 s', 1))).toBe(false);
    expect(filter.isNew(notice('NODE_CRASHED', 'node 2, again in 1 s', 2))).toBe(true);
    expect(filter.isNew(notice('NODE_GIVEN_UP', 'node 1 is given up', 1))).toBe(true);
    expect([1, 2, 3].map((node) => filter.isNew(notice('CONTRACT_BINARY_MISSING', 'no /x', node)))).toEqual([true, false, false]);
    expect([1, 2].map(() => filter.isNew(notice('SUPERVISOR_INCOMPATIBLE', 'old')))).toEqual([true, false]);
  });

  it('is shown again after the user changed something', () => {
    const filter = new NoticeFilter();
    filter.isNew(notice('A', 'a', 1));
    filter.forget();
    expect(filter.isNew(notice('A', 'a', 1))).toBe(true);
  });
});
