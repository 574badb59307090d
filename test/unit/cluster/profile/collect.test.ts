import { describe, expect, it } from 'vitest';
import type { RoundProfile } from '../../../../src/base/roundProfile';
import { collectRounds } from '../../../../src/cluster/profile/collect';
import type { NodeState } from '../../../../src/cluster/engine';
import { cluster, FakeEngine, node, running, stopped } from '../../extension/support';
import { roundOf } from '../../../support/rounds';

/** An engine that remembers some rounds of node 1, and whose node can be told to stop. */
class Engine extends FakeEngine {
  state: NodeState = running;
  constructor(public known: readonly RoundProfile[]) {
    super(() => Promise.resolve(cluster([node(1, { state: this.state }), node(2)])));
  }
  override readonly roundProfiles = () => Promise.resolve().then(() => this.known);
  become(state: NodeState): void {
    this.state = state;
    this.changes.fire({ type: 'node', node: node(1, { state }) });
  }
  round(seqNo: number, of = 1, debugged = false): void {
    this.changes.fire({ type: 'round', node: of, round: roundOf(seqNo, { debugged }) });
  }
}

const known = (...numbers: number[]) => numbers.map((seqNo) => roundOf(seqNo));
const turn = () => new Promise((resolve) => setImmediate(resolve));

function collect(engine: Engine, wanted: number, signal?: AbortSignal) {
  const progress: number[] = [];
  const result = collectRounds(engine, 1, wanted, (have) => progress.push(have), signal).then(({ rounds, short }) => ({ rounds: rounds.map(({ ledgerSeqNo }) => ledgerSeqNo), short }));
  return { result, progress };
}

describe('collecting rounds', () => {
  it('takes the last ones that are there, without waiting', async () => {
    const { result, progress } = collect(new Engine(known(1, 2, 3, 4, 5)), 3);
    expect([await result, progress]).toEqual([{ rounds: [3, 4, 5], short: undefined }, []]);
  });

  it('waits for those that are missing, of this node, and without a debugger', async () => {
    const engine = new Engine([...known(1), roundOf(2, { debugged: true })]);
    const { result, progress } = collect(engine, 3);
    await turn();
    engine.round(9, 2);
    engine.round(3, 1, true);
    engine.round(4);
    engine.round(5);
    expect([await result, progress]).toEqual([{ rounds: [1, 4, 5], short: undefined }, [1, 1, 2]]);
  });

  it('misses none that comes while it asks, and counts none twice', async () => {
    const engine = new Engine([]);
    const { result, progress } = collect(engine, 3);
    // Before the answer, which has it too.
    engine.round(7);
    engine.known = known(6, 7);
    await turn();
    engine.round(8);
    expect([(await result).rounds, progress]).toEqual([[6, 7, 8], [2]]);
  });

  it('ends with what there is when it is interrupted, or the node stops', async () => {
    const abort = new AbortController();
    const interrupted = collect(new Engine(known(1)), 5, abort.signal);
    await turn();
    abort.abort();
    expect(await interrupted.result).toEqual({ rounds: [1], short: 'interrupted' });
    expect(await collect(new Engine(known(1)), 5, abort.signal).result).toEqual({ rounds: [1], short: 'interrupted' });

    const engine = new Engine(known(1));
    const { result } = collect(engine, 5);
    await turn();
    engine.round(2);
    engine.become(stopped);
    expect(await result).toEqual({ rounds: [1, 2], short: 'stopped' });
  });

  it('waits for a node that crashed and is started again', async () => {
    const engine = new Engine([]);
    const { result } = collect(engine, 1);
    await turn();
    engine.become({ kind: 'crashed', exit: 'signal SIGKILL', retryAt: 1 });
    await turn();
    engine.round(3);
    expect(await result).toEqual({ rounds: [3], short: undefined });
  });

  it('says that a node does not run that has no rounds', async () => {
    const engine = new Engine([]);
    engine.state = stopped;
    await expect(collect(engine, 5).result).rejects.toMatchObject({ code: 'NODE_NOT_RUNNING', details: { node: 1 } });
    engine.known = known(1);
    expect(await collect(engine, 5).result).toEqual({ rounds: [1], short: 'stopped' });
  });

  it('hears no more once it is done', async () => {
    const engine = new Engine(known(1));
    await collect(engine, 1).result;
    expect((engine.changes as unknown as { listeners: Set<unknown> }).listeners.size).toBe(0);
  });
});
