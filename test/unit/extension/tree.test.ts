import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalState } from '../../../src/cluster/embedded/localState';
import type { ClusterStatus, NodeStatusInfo } from '../../../src/cluster/engine';
import { listFiles } from '../../../src/cluster/stateFiles';
import { childrenOf, clusterElement, stateElements, type TreeElement } from '../../../src/extension/views/elements';
import { rowOf } from '../../../src/extension/views/rows';
import { calmPart, ShownRows } from '../../../src/extension/views/shownRows';
import { cluster, interrupted, l10n, node, stopped } from './support';

/** The whole tree as far as it does not come from the disk. */
function all(status: ClusterStatus, element: TreeElement = clusterElement(status)): TreeElement[] {
  return [element, ...(childrenOf(element, status) ?? []).flatMap((child) => all(status, child))];
}
const row = (status: ClusterStatus, id: string) => rowOf(all(status).find((element) => element.id === id) ?? clusterElement(status), status, l10n);
const N3 = 'cluster/default/node/3';

describe('the tree', () => {
  const status = cluster([node(1), node(2), node(3, { peers: ['127.0.0.1:22861', '127.0.0.1:22862'], users: ['edaa'] })]);

  it('has the cluster, its nodes, and what there is to know of each', () => {
    expect(all(status).map(({ id }) => id).filter((id) => !/node\/[12]/.test(id))).toEqual([
      'cluster/default',
      'cluster/default/ledger',
      N3,
      ...['userEndpoint', 'peerPort', 'publicKey', 'role', 'ledger', 'votes', 'roundTimes', 'rounds', 'peers', 'peers/127.0.0.1:22861', 'peers/127.0.0.1:22862', 'users', 'users/edaa', 'state'].map((name) => `${N3}/${name}`),
    ]);
  });

  it('has ids of its own for every row, and for every cluster', () => {
    const two = [...all(status), ...all({ ...status, name: 'other' })].map(({ id }) => id);
    expect(new Set(two).size).toBe(two.length);
    // Told twice, shown once: VS Code refuses a tree with the same id twice.
    const twice = cluster([node(1, { users: ['edaa', 'edaa'] })]);
    expect(all(twice).filter(({ id }) => id.endsWith('users/edaa'))).toHaveLength(1);
  });

  it('says in words what the icons show', () => {
    expect(row(status, 'cluster/default')).toMatchObject({
      label: 'default (embedded)',
      description: '3 nodes · needs 3 of 3, tolerates 0 · 2 s',
      contextValue: 'cluster',
      spoken: 'Cluster default, 3 nodes · needs 3 of 3, tolerates 0 · 2 s',
    });
    expect(row({ ...status, rounds: 'eager' }, 'cluster/default')?.description).toBe('3 nodes · needs 3 of 3, tolerates 0 · 2 s · eager rounds');
    expect(row(status, 'cluster/default')?.tooltip).toContain('| Round time | 2 s, rounds on the grid |');
    expect(row(status, 'cluster/default/ledger')).toMatchObject({ label: 'Ledger', description: '#258', spoken: 'Ledger: #258, working' });
    expect(row(cluster([node(1, { state: stopped }), node(2)]), 'cluster/default/ledger')).toMatchObject({ description: '#258 · stalled', tooltip: expect.stringContaining('| Votes | 1 of 2 needed |') as string });
    expect(row(status, N3)).toMatchObject({ label: 'Node 3', description: 'synced · port 8083', spoken: 'Node 3, synced, port 8083' });
    expect(row(status, `${N3}/userEndpoint`)).toMatchObject({ label: 'Endpoint', description: 'wss://localhost:8083', copy: 'wss://localhost:8083', contextValue: 'value' });
    expect(row(status, `${N3}/ledger`)).toMatchObject({ description: '258-abcdef01', copy: '258-abcdef0123456789' });
    expect(row(status, `${N3}/votes`)).toMatchObject({ label: 'Votes', description: '3, 3 needed' });
    expect(row(cluster([node(1, { votes: { received: 2, needed: 3, stage: 2 } })]), 'cluster/default/node/1/votes')).toMatchObject({ description: '2, 3 needed · stage 2 of 3', spoken: 'Votes: 2, 3 needed · stage 2 of 3' });
    expect(row(status, `${N3}/peers`)).toMatchObject({ description: '2', children: 'collapsed' });
    expect(row(status, 'cluster/default/node/1/peers')).toMatchObject({ description: '0', children: 'none' });
  });

  it.each<[string, Partial<NodeStatusInfo>, string, RegExp]>([
    ['node.running.synced', {}, 'synced · port 8081', /^node\.(running|starting)/],
    ['node.running.starting', { voteStatus: 'unknown' }, 'starting · port 8081', /^node\.(running|starting)/],
    ['node.running.unreliable', { voteStatus: 'unreliable', votes: { received: 2, needed: 3 } }, 'unreliable, 2 of 3 votes · port 8081', /^node\.running/],
    ['node.running.unreliable', { voteStatus: 'unreliable', fork: true }, 'unreliable, fork · port 8081', /^node\.running/],
    ['node.starting', { state: { kind: 'starting', pid: 1 } }, 'starting · port 8081', /^node\.(running|starting)/],
    ['node.stopping', { state: { kind: 'stopping', pid: 1 } }, 'stopping · port 8081', /^node\./],
    ['node.stopped', { state: stopped }, 'stopped · port 8081', /^node\.(stopped|crashed)/],
    ['node.crashed.interrupted', { state: interrupted }, 'interrupted · port 8081', /^node\.(stopped|crashed)/],
    ['node.crashed', { state: { kind: 'crashed', exit: 'signal SIGKILL' } }, 'crashed (signal SIGKILL) · port 8081', /^node\.(stopped|crashed)/],
    ['node.crashed.retrying', { state: { kind: 'crashed', exit: 'exit code 1', retryAt: 1 } }, 'crashed (exit code 1), starts again · port 8081', /^node\.crashed\.retrying/],
    ['node.running.synced', { inUnl: false, role: 'observer' }, 'synced · not in UNL · port 8081', /^node\./],
  ])('knows a node as %s', (contextValue, changes, description, menu) => {
    const shown = row(cluster([node(1, changes)]), 'cluster/default/node/1');
    expect(shown).toMatchObject({ contextValue, description });
    expect(contextValue).toMatch(menu);
  });

  it('has no row for what is gone', () => {
    const fewer = cluster([node(1)]);
    expect(rowOf({ kind: 'node', id: N3, node: 3 }, fewer, l10n)).toBeUndefined();
    expect(childrenOf({ kind: 'node', id: N3, node: 3 }, fewer)).toEqual([]);
  });

  it('shows what a path holds as it is', () => {
    const tooltip = rowOf(clusterElement(status), { ...status, contractPath: '/a|b/*c*/$(x)' }, l10n)?.tooltip;
    expect(tooltip).toContain('/a\\|b/\\*c\\*/\\$\\(x\\)');
  });
});

describe('what is shown anew', () => {
  const before = cluster([node(1), node(2), node(3)]);
  let shown: ShownRows;
  const current = (status: ClusterStatus) => ({ row: (e: TreeElement) => rowOf(e, status, l10n), children: (e: TreeElement) => childrenOf(e, status) });
  const changed = (status: ClusterStatus) => shown.changed(current(status)).map(({ id }) => id);

  beforeEach(() => {
    shown = new ShownRows();
    for (const element of all(before)) {
      const one = shown.intern(element);
      shown.gaveRow(one, rowOf(one, before, l10n));
      const children = childrenOf(one, before);
      if (children) shown.gaveChildren(one, children);
    }
  });

  it('is nothing when nothing changed', () => {
    expect(changed(before)).toEqual([]);
  });

  it('is the node that changed, and not its children besides', () => {
    expect(changed(cluster([node(1), node(2, { publicKey: 'edff' }), node(3)]))).toEqual(['cluster/default/node/2/publicKey']);
    expect(changed(cluster([node(1), node(2, { publicKey: 'edff', userPort: 9000 }), node(3)]))).toEqual(['cluster/default/node/2']);
  });

  it('is a list whose entries changed', () => {
    expect(changed(cluster([node(1, { users: ['edaa'] }), node(2), node(3)]))).toEqual(['cluster/default/node/1']);
    expect(changed({ ...before, nodes: [...before.nodes, node(4, { inUnl: false })] })).toEqual(['cluster/default']);
  });

  it('is all below the cluster when nodes came or went', () => {
    expect(changed(cluster([node(1), node(2)]))).toEqual(['cluster/default']);
  });

  it('keeps the one object it gave out for an id', () => {
    expect(shown.intern({ kind: 'node', id: N3, node: 3 })).toBe(shown.intern({ kind: 'node', id: N3, node: 3 }));
    expect(shown.intern({ kind: 'file', id: 'x', node: 1, path: 'x' })).not.toBe(shown.intern({ kind: 'folder', id: 'x', node: 1, path: 'x' }));
  });

  it('is no row that people press when only ledgers and votes went on, nor the cluster\'s when it stalls', () => {
    const next = cluster([1, 2, 3].map((n) => node(n, { ledger: { seqNo: 259, hash: 'bb' }, votes: { received: 2, needed: 3 } })));
    expect(changed(next)).toEqual(['cluster/default/ledger', ...[1, 2, 3].flatMap((n) => ['ledger', 'votes'].map((name) => `cluster/default/node/${n}/${name}`))]);
    expect(changed(cluster([node(1, { voteStatus: 'unreliable' }), node(2), node(3)]))).toEqual(['cluster/default/ledger', 'cluster/default/node/1']);
  });

  it('can wait when only ledgers and votes went on', () => {
    const next = cluster([1, 2, 3].map((n) => node(n, { ledger: { seqNo: 259, hash: 'bb' }, votes: { received: 2, needed: 3 } })));
    expect(calmPart(next)).toBe(calmPart(before));
    expect(calmPart(cluster([node(1, { state: stopped }), node(2), node(3)]))).not.toBe(calmPart(before));
  });
});

describe('the state of a node on disk', () => {
  let state: string;
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'hotpocket stäte '));
    mkdirSync(join(state, 'ordner ä/tief'), { recursive: true });
    for (const file of ['b.json', 'a.txt', 'ordner ä/c', 'ordner ä/tief/d']) writeFileSync(join(state, file), '');
    symlinkSync('/etc/passwd', join(state, 'link'));
  });
  afterEach(() => rmSync(state, { recursive: true }));

  it('is listed folder by folder, folders first, without links', async () => {
    const root = { kind: 'folder', id: 'i', node: 2, path: '' } as const;
    const top = stateElements(root, await new LocalState(state).list(''));
    expect(top).toEqual([
      { kind: 'folder', id: 'i/ordner ä', node: 2, path: 'ordner ä' },
      { kind: 'file', id: 'i/a.txt', node: 2, path: 'a.txt' },
      { kind: 'file', id: 'i/b.json', node: 2, path: 'b.json' },
    ]);
    const [folder] = top;
    const below = folder?.kind === 'folder' ? stateElements(folder, await new LocalState(state).list(folder.path)) : [];
    expect(below.map((element) => 'path' in element && element.path)).toEqual(['ordner ä/tief', 'ordner ä/c']);
  });

  it('is empty when it is gone, and nothing else can be reached from it', async () => {
    const files = new LocalState(state);
    mkdirSync(join(state, '..a'));
    writeFileSync(join(state, '..a/b'), 'inside');
    const roundabout = `../${basename(state)}/a.txt`;
    expect(await Promise.all(['nothing', '..'].map((path) => files.list(path)))).toEqual([[], []]);
    expect(await Promise.all(['..', '../x', 'a/../../x', 'link', 'nothing'].map((path) => files.stat(path)))).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(await Promise.all([`../${basename(state)}x`, roundabout, '..a/b', 'nothing', 'link', 'ordner ä'].map(async (path) => (await files.read(path))?.toString()))).toEqual([undefined, '', 'inside', undefined, undefined, undefined]);
  });

  it('has nothing behind links, which may lead anywhere', async () => {
    const files = new LocalState(state);
    symlinkSync('/etc', join(state, 'etc'));
    symlinkSync(join(state, 'ordner ä'), join(state, 'inner'));
    expect(await Promise.all(['etc/passwd', 'inner/c', 'etc/../a.txt'].map(async (path) => (await files.read(path))?.toString()))).toEqual([undefined, undefined, '']);
    expect(await Promise.all(['etc', 'inner', 'etc/ssl'].map((path) => files.list(path)))).toEqual([[], [], []]);
    expect(await files.stat('etc/passwd')).toBeUndefined();
  });

  it('is listed as a whole for the picker, up to a limit', async () => {
    expect(await listFiles(new LocalState(state), 10)).toEqual(['a.txt', 'b.json', 'ordner ä/c', 'ordner ä/tief/d']);
    expect(await listFiles(new LocalState(state), 2)).toHaveLength(2);
  });
});
