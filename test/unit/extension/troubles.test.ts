import { afterEach, describe, expect, it } from 'vitest';
import { Emitter } from '../../../src/base/disposables';
import type { ClusterStatus, LogOptions } from '../../../src/cluster/engine';
import type { ClusterTrouble } from '../../../src/diagnose/troubles/clusterTroubles';
import type { ClusterView } from '../../../src/extension/model/clusterModel';
import { NoticeFilter } from '../../../src/extension/status/noticeFilter';
import { Troubles } from '../../../src/extension/status/troubles';
import { TroubleTeller } from '../../../src/extension/status/troubleTeller';
import { childrenOf, clusterElement } from '../../../src/extension/views/elements';
import { rowOf } from '../../../src/extension/views/rows';
import { cluster, l10n, node, stopped } from './support';

const trouble = (code: string, more: Partial<ClusterTrouble> = {}): ClusterTrouble => ({ code: code as ClusterTrouble['code'], severity: 'problem', message: `${code}.`, remedy: 'Do.', details: {}, nodes: [1, 2], ...more });

describe('a trouble', () => {
  /** Looks at one list after another, each for the given time; says what was told, and when. */
  function told(...steps: (readonly [troubles: readonly ClusterTrouble[], forMs: number])[]): string[] {
    const teller = new TroubleTeller();
    const heard: string[] = [];
    let now = 0;
    for (const [troubles, forMs] of steps) {
      for (const end = now + forMs; now < end;) {
        const { tell, lookAgainAt } = teller.look(troubles, now);
        for (const { code } of tell) heard.push(`${now} ${code}`);
        now = Math.min(end, lookAgainAt ?? now + 500);
      }
    }
    return heard;
  }
  const module = trouble('CONTRACT_MODULE_NOT_FOUND');
  const differs = trouble('OUTPUT_DIFFERS');

  it('is told once, until it is mended', () => {
    expect(told([[module], 1000], [[], 1000])).toEqual([]);
    expect(told([[module], 60_000])).toEqual(['1500 CONTRACT_MODULE_NOT_FOUND']);
    expect(told([[module], 5000], [[module, differs], 5000], [[differs], 5000])).toEqual(['1500 CONTRACT_MODULE_NOT_FOUND', '6500 OUTPUT_DIFFERS']);
    expect(told([[module], 5000], [[], 1000], [[module], 5000])).toEqual(['1500 CONTRACT_MODULE_NOT_FOUND', '7500 CONTRACT_MODULE_NOT_FOUND']);
  });

  it('is not told again in better words, nor with other nodes', () => {
    expect(told([[trouble('CONTRACT_NOT_STARTED')], 5000], [[trouble('CONTRACT_BINARY_MISSING', { nodes: [3] })], 5000])).toEqual(['1500 CONTRACT_NOT_STARTED']);
  });

  it('is not told if it is only worth knowing, or told as an incident', () => {
    expect(told([[trouble('CONTRACT_ENDED_BY_SIGNAL', { severity: 'note' }), trouble('NOT_ENOUGH_PEERS'), trouble('POSSIBLE_FORK')], 60_000])).toEqual([]);
  });

  it('that the engine told of already is known, in whatever words', () => {
    const notices = new NoticeFilter();
    const notice = { type: 'notice' as const, remedy: '' };
    expect(notices.isNew({ ...notice, code: 'CONTRACT_BINARY_MISSING', message: 'The program is missing.' })).toBe(true);
    expect(notices.knows('CONTRACT_NOT_STARTED')).toBe(true);
    for (let i = 0; i < 2; i++) expect(notices.knows('OUTPUT_DIFFERS')).toBe(false);
    notices.forget();
    expect(notices.knows('CONTRACT_NOT_STARTED')).toBe(false);
  });

  it('has a row below its cluster', () => {
    const status = cluster([node(1), node(2)]);
    const known = [trouble('OUTPUT_DIFFERS'), trouble('STATE_DIFFERS', { nodes: [2], severity: 'warning' }), trouble('CONTRACT_ENDED_BY_SIGNAL', { severity: 'note' })];
    const rows = (childrenOf(clusterElement(status), status, known) ?? []).filter(({ kind }) => kind === 'trouble');
    expect(rows.map((element) => rowOf(element, status, l10n, undefined, known))).toMatchObject([
      { label: 'OUTPUT_DIFFERS.', description: 'nodes 1, 2', icon: { id: 'error' }, spoken: 'nodes 1, 2: OUTPUT_DIFFERS. Do.', tooltip: expect.stringContaining('Do') as string },
      { label: 'STATE_DIFFERS.', description: 'node 2', icon: { id: 'warning' } },
    ]);
    expect(rowOf(rows[0]!, status, l10n)).toBeUndefined();
  });
});

describe('the troubles of a cluster', () => {
  const disposables: { dispose(): void }[] = [];
  afterEach(() => disposables.splice(0).forEach((one) => one.dispose()));

  function watch(status: ClusterStatus) {
    const logs = new Map<number, (text: string) => void>();
    const ended: number[] = [];
    const engine = {
      logs: (number: number, { signal }: LogOptions, onText: (text: string) => void): Promise<void> => {
        logs.set(number, onText);
        return new Promise((resolve) => signal?.addEventListener('abort', () => (ended.push(number), resolve())));
      },
    };
    const [views, rounds] = [new Emitter<ClusterView>(), new Emitter<number>()];
    const model = { status: status as ClusterStatus | undefined, onDidChange: (listener: (view: ClusterView) => void) => views.on(listener) };
    const troubles = new Troubles(engine, model, { of: () => [], onDidChange: (listener) => rounds.on(listener) });
    disposables.push(troubles);
    const set = (next: ClusterStatus | undefined): void => {
      model.status = next;
      views.fire(next ? { kind: 'cluster', status: next } : { kind: 'none' });
    };
    return { troubles, set, ended, say: (number: number, text: string) => logs.get(number)?.(text) };
  }
  const missing = "Error: Cannot find module '/x.js'\n";
  const three = cluster([node(1), node(2), node(3)]);

  it('follow from the logs of all nodes that somebody has not stopped', async () => {
    const { troubles, set, say, ended } = watch(three);
    let changes = 0;
    troubles.onDidChange(() => changes++);
    for (const number of [1, 2, 3]) say(number, missing);
    await expect.poll(() => troubles.current.map(({ code, nodes }) => `${code} ${nodes.join()}`)).toEqual(['CONTRACT_MODULE_NOT_FOUND 1,2,3']);
    say(1, missing);
    set(cluster([node(1), node(2), node(3, { state: stopped })]));
    await expect.poll(() => troubles.current[0]?.nodes).toEqual([1, 2]);
    expect(changes).toBe(2);
    set(cluster([node(1)]));
    await expect.poll(() => troubles.current[0]?.nodes).toEqual([1]);
    expect(ended).toEqual([2, 3]);
    set(undefined);
    await expect.poll(() => troubles.current).toEqual([]);
  });
});
