import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NodeCommand, NodeFact } from '../../../src/base/nodeLink';
import { Emitter } from '../../../src/base/disposables';
import type { DebugRequest } from '../../../src/cluster/engine';
import type { Cluster } from '../../../src/cluster/embedded/supervisor/cluster';
import { ClockKeeper } from '../../../src/cluster/embedded/supervisor/clockKeeper';
import { DebugSessions } from '../../../src/cluster/embedded/supervisor/debugSessions';

describe('the keeper of the clock', () => {
  let dir: string;
  let keeper: ClockKeeper;
  let sent: [number, NodeCommand][];
  beforeEach(() => {
    vi.useFakeTimers({ now: 10_000 });
    dir = mkdtempSync(join(tmpdir(), 'clock '));
    keeper = make();
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(dir, { recursive: true });
  });
  const file = (): string => join(dir, 'clock.json');
  const make = (): ClockKeeper => {
    sent = [];
    return new ClockKeeper(file(), { running: () => [1, 2], send: (node, command) => void sent.push([node, command]) }, () => undefined);
  };
  const settled = async (promise: Promise<unknown>): Promise<boolean> => {
    let done = false;
    void promise.then(() => (done = true));
    await vi.advanceTimersByTimeAsync(0);
    return done;
  };

  it('waits until every node has stopped its clock', async () => {
    const held = keeper.hold(1, 7, 'consensus', 12);
    expect(sent).toEqual([1, 2].map((node) => [node, { type: 'setClock', number: 1, setting: { behind: 0, heldAt: 10_000 } }]));
    keeper.nodeSet(1, 1);
    expect(await settled(held)).toBe(false);
    keeper.nodeSet(2, 1);
    expect(await settled(held)).toBe(true);
    expect(keeper.pause).toEqual({ node: 1, kind: 'consensus', ledgerSeqNo: 12, since: 10_000 });
  });

  it('holds the clock also when that cannot be written down', async () => {
    mkdirSync(`${file()}.new`);
    const held = keeper.hold(1, 7, 'consensus', 12);
    keeper.nodeSet(1, 1);
    keeper.nodeSet(2, 1);
    expect(await settled(held)).toBe(true);
    vi.setSystemTime(10_700);
    keeper.release(1, 7);
    expect(keeper.setting).toEqual({ behind: 700 });
    expect(existsSync(file())).toBe(false);
  });

  it('does not wait for a node that is gone, nor long for one that is silent', async () => {
    const held = keeper.hold(1, 7, 'consensus', 12);
    keeper.nodeSet(1, 1);
    keeper.nodeGone(2);
    expect(await settled(held)).toBe(true);
    keeper.release(1, 7);
    const again = keeper.hold(1, 8, 'consensus', 13);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(await settled(again)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await settled(again)).toBe(true);
    expect(await held).toEqual([]);
    expect(await again).toEqual([1, 2]);
  });

  it('goes on when the last hold is over, from where it stood, for all nodes alike', () => {
    void keeper.hold(1, 7, 'consensus', 12);
    vi.setSystemTime(13_000);
    void keeper.hold(2, 3, 'read', 12);
    keeper.release(1, 7);
    expect(keeper.setting).toEqual({ behind: 0, heldAt: 10_000 });
    vi.setSystemTime(15_000);
    keeper.nodeGone(2);
    expect(keeper.setting).toEqual({ behind: 5_000 });
    expect(sent.at(-1)).toEqual([2, { type: 'setClock', number: 2, setting: { behind: 5_000 } }]);
    expect(keeper.pause).toBeUndefined();
  });

  it('outlives its supervisor', () => {
    void keeper.hold(1, 7, 'consensus', 12);
    vi.setSystemTime(12_000);
    keeper.release(1, 7);
    vi.setSystemTime(20_000);
    void keeper.hold(1, 8, 'consensus', 13);
    vi.setSystemTime(50_000);
    const next = make();
    next.load();
    expect(next.setting).toEqual({ behind: 32_000 });
    // And the one after that, if nothing was held meanwhile.
    vi.setSystemTime(60_000);
    const another = make();
    another.load();
    expect(another.setting).toEqual({ behind: 32_000 });
    another.reset();
    const fresh = make();
    fresh.load();
    expect(fresh.setting).toEqual({ behind: 0 });
  });

  it('takes a damaged file for none', () => {
    writeFileSync(file(), '{');
    keeper.load();
    expect(keeper.setting).toEqual({ behind: 0 });
    void keeper.hold(1, 1, 'consensus', 1);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ behind: 0, heldAt: 10_000 });
  });
});

describe('debug sessions', () => {
  let now = 0;
  const order = (node: number): DebugRequest => ({ node, runs: 'both', rounds: 'all', pauseCluster: true, recipe: { announcement: { address: '', hidden: [] }, letGo: 'inspector' } });
  const make = () => {
    const armed = new Set<number>();
    const sent: [number, NodeCommand][] = [];
    const debugFacts = new Emitter<{ readonly node: number; readonly fact: Extract<NodeFact, { type: 'debuggee' | 'debuggeeEnded' }> }>();
    // All that sessions need of a cluster; a real one is in test/process/debug.test.ts.
    const cluster = {
      debugFacts,
      select: () => [],
      orderDebugging: (node: number, given?: object) => void (given ? armed.add(node) : armed.delete(node)),
      send: (node: number, command: NodeCommand) => void sent.push([node, command]),
    } as unknown as Cluster;
    return { armed, sent, debugFacts, sessions: new DebugSessions(cluster, () => now) };
  };
  beforeEach(() => {
    now = 0;
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());

  it('end when their client is not heard of', () => {
    const { armed, sessions } = make();
    sessions.arm('a', order(1), {}, () => undefined);
    sessions.arm('b', order(2), {}, () => undefined);
    now = 9_000;
    expect(sessions.renew(['a', 'unknown'])).toEqual(['unknown']);
    now = 10_500;
    vi.advanceTimersByTime(1_000);
    expect([...armed]).toEqual([1]);
    now = 20_000;
    vi.advanceTimersByTime(1_000);
    expect([[...armed], vi.getTimerCount()]).toEqual([[], 0]);
  });

  it('end with their client', () => {
    const { armed, sessions } = make();
    const client = {};
    sessions.arm('a', order(1), client, () => undefined);
    sessions.arm('b', order(2), {}, () => undefined);
    sessions.drop(client);
    expect([...armed]).toEqual([2]);
  });

  it('are one a node, and tell only their own client', () => {
    const { sessions, debugFacts, sent } = make();
    const told: string[] = [];
    sessions.arm('a', order(1), {}, (event) => told.push(`a ${event.type}`));
    sessions.arm('b', order(2), {}, (event) => told.push(`b ${event.type}`));
    expect(() => sessions.arm('c', order(1), {}, () => undefined)).toThrow(expect.objectContaining({ code: 'DEBUG_NODE_BUSY' }));
    debugFacts.fire({ node: 2, fact: { type: 'debuggeeEnded', run: 5 } });
    expect(told).toEqual(['b ended']);
    sessions.letGo('b', 6);
    expect(sent).toEqual([[2, { type: 'letGo', run: 6 }]]);
  });
});
