import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClusterModel, type ClusterView } from '../../../src/extension/model/clusterModel';
import { cluster, FakeEngine, node, stopped } from './support';

const QUIET_MS = 80;
let engine: FakeEngine;
let model: ClusterModel;
let heard: ClusterView[];

beforeEach(() => {
  vi.useFakeTimers();
  engine = new FakeEngine(() => Promise.resolve(cluster([node(1), node(2)])));
  model = new ClusterModel(engine, QUIET_MS);
  heard = [];
  model.onDidChange((view) => heard.push(view));
});
afterEach(() => {
  model.dispose();
  vi.useRealTimers();
});

const states = () => model.status?.nodes.map(({ state }) => state.kind);
const pause = () => vi.advanceTimersByTimeAsync(QUIET_MS);

describe('the model of the cluster', () => {
  it('knows nothing before it asked, then what the engine says', async () => {
    expect(model.view).toEqual({ kind: 'unknown' });
    await model.refresh();
    expect(states()).toEqual(['running', 'running']);
    engine.answer = () => Promise.resolve(undefined);
    await model.refresh();
    expect(model.view).toEqual({ kind: 'none' });
    const error = new Error('unreadable');
    engine.answer = () => Promise.reject(error);
    await model.refresh();
    expect(model.view).toEqual({ kind: 'failed', error });
  });

  it('follows events without asking, and tells of a burst once', async () => {
    await model.refresh();
    await pause();
    heard = [];
    engine.asked = 0;
    engine.changes.fire({ type: 'ledger', node: 1, seqNo: 259, hash: 'bb' });
    engine.changes.fire({ type: 'ledger', node: 2, seqNo: 259, hash: 'bb' });
    engine.changes.fire({ type: 'node', node: node(2, { voteStatus: 'desync' }) });
    expect(heard).toEqual([]);
    await pause();
    expect(heard).toHaveLength(1);
    expect(model.status?.nodes).toEqual([node(1, { ledger: { seqNo: 259, hash: 'bb' } }), node(2, { voteStatus: 'desync' })]);
    expect(engine.asked).toBe(0);
  });

  it('knows when rounds start, without asking', async () => {
    await model.refresh();
    engine.asked = 0;
    engine.changes.fire({ type: 'rounds', mode: 'eager' });
    await pause();
    expect([model.status?.rounds, heard.at(-1)]).toEqual(['eager', model.view]);
    expect(engine.asked).toBe(0);
  });

  it('tells of the first change at once, and of those soon after it together', async () => {
    await model.refresh();
    await pause();
    await pause();
    heard = [];
    for (const seqNo of [259, 260, 261]) {
      engine.changes.fire({ type: 'ledger', node: 1, seqNo, hash: 'bb' });
      await vi.advanceTimersByTimeAsync(1);
      expect(heard).toHaveLength(1);
    }
    await pause();
    expect(heard).toHaveLength(2);
    expect(heard.at(-1)).toEqual(model.view);
  });

  it('hands on every single event', async () => {
    const codes: string[] = [];
    model.onEvent((change) => change.type === 'notice' && codes.push(change.code));
    await model.refresh();
    for (const code of ['A', 'B']) engine.changes.fire({ type: 'notice', code, message: '', remedy: '' });
    expect(codes).toEqual(['A', 'B']);
  });

  it('asks anew when nodes start, stop or come: quorum, contract and round time may be others', async () => {
    await model.refresh();
    engine.asked = 0;
    engine.answer = () => Promise.resolve({ ...cluster([node(1), node(2, { state: stopped }), node(3)]), roundTime: 500 });
    engine.changes.fire({ type: 'node', node: node(2, { state: stopped }) });
    expect(states()).toEqual(['running', 'stopped']);
    await pause();
    expect(engine.asked).toBe(1);
    expect(model.status).toMatchObject({ roundTime: 500, quorum: { of: 3 } });
    engine.changes.fire({ type: 'node', node: node(4) });
    expect(engine.asked).toBe(2);
  });

  it('asks once more, not twice, when changes come while it is asking', async () => {
    const first = model.refresh();
    const [second, third] = [model.refresh(), model.refresh()];
    await Promise.all([first, second, third]);
    expect(engine.asked).toBe(2);
  });

  it('looks again when the cluster came or went, and says no more once it is disposed', async () => {
    await model.refresh();
    engine.answer = () => Promise.resolve(undefined);
    engine.changes.fire({ type: 'cluster', exists: false });
    await pause();
    expect(heard.at(-1)).toEqual({ kind: 'none' });
    heard = [];
    engine.changes.fire({ type: 'node', node: node(1) });
    model.dispose();
    await pause();
    expect(heard).toEqual([]);
  });
});
