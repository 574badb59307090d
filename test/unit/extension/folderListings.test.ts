import { beforeEach, describe, expect, it } from 'vitest';
import type { ClusterChange } from '../../../src/cluster/engine';
import { deferred, type Deferred } from '../../../src/client/deferred';
import { stateElements, type TreeElement } from '../../../src/extension/views/elements';
import { FolderListings, type Folder, type ListingsHost } from '../../../src/extension/views/folderListings';

const folderOf = (node: number): Folder => ({ kind: 'folder', id: `cluster/default/node/${node}/state`, node, path: '' });
const STATE = folderOf(2);
const run = (node: number, kind: 'consensus' | 'read' = 'consensus'): ClusterChange => ({ type: 'run', node, phase: 'ended', kind, ledgerSeqNo: 7, pid: 1 });
const ledger = (node: number, seqNo: number, stateHash?: string): ClusterChange => ({ type: 'ledger', node, seqNo, hash: 'aa', ledger: { seqNo, hash: 'aa', ...(stateHash !== undefined && { stateHash }) } });

interface Asked {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly answer: Deferred<readonly TreeElement[]>;
}

/** A disk that is slow, and a view. */
let asked: Asked[];
let changed: string[];
let failures: unknown[];
let folders: FolderListings;
const host: ListingsHost = {
  list: ({ id }, signal) => {
    const answer = deferred<readonly TreeElement[]>();
    asked.push({ id, signal, answer });
    return answer.promise;
  },
  changed: ({ id }) => changed.push(id),
  failed: (error) => failures.push(error),
};
function open(quickMs?: number): void {
  folders = new FolderListings(host, quickMs);
  folders.watch(true);
}
beforeEach(() => {
  [asked, changed, failures] = [[], [], []];
  // However slow this machine is.
  open(Infinity);
});

/** Names that end with a slash are folders. */
const entries = (folder: Folder, names: readonly string[]): TreeElement[] => stateElements(folder, names.map((name) => ({ name: name.replace('/', ''), isFolder: name.endsWith('/') })));
/** What was asked last is answered, and what follows from it happens. */
async function answer(folder: Folder, ...names: string[]): Promise<void> {
  asked.at(-1)?.answer.resolve(entries(folder, names));
  await settled();
}
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const namesOf = (elements: readonly TreeElement[]): string[] => elements.map(({ id }) => id.split('/').at(-1) ?? '');
async function opened(folder: Folder, ...names: string[]): Promise<void> {
  const children = folders.children(folder);
  await answer(folder, ...names);
  expect(namesOf(await children)).toEqual(names.map((name) => name.replace('/', '')));
}

describe('an opened folder of a state', () => {
  it('is waited for when it is opened, once however often it is asked for', async () => {
    const both = [folders.children(STATE), folders.children(STATE)];
    expect(asked).toHaveLength(1);
    await answer(STATE, 'a');
    expect((await Promise.all(both)).map(namesOf)).toEqual([['a'], ['a']]);
    expect(asked).toHaveLength(1);
  });

  it('is listed in the background after a run of its node, and the view hears nothing if it is the same', async () => {
    await opened(STATE, 'a', 'b');
    folders.hear(run(1));
    folders.hear(run(2, 'read'));
    expect(asked).toHaveLength(1);
    folders.hear(run(2));
    expect(asked).toHaveLength(2);
    expect(changed).toEqual([]);
    await answer(STATE, 'a', 'b');
    expect(changed).toEqual([]);
  });

  it('is told to the view when it is another, and then given at once', async () => {
    await opened(STATE, 'a');
    folders.hear(run(2));
    await answer(STATE, 'a', 'b');
    expect(changed).toEqual([STATE.id]);
    expect(namesOf(await folders.children(STATE))).toEqual(['a', 'b']);
    expect(asked).toHaveLength(2);
  });

  it('is given as it was known when the view asks again, and listed meanwhile', async () => {
    await opened(STATE, 'a');
    expect(namesOf(await folders.children(STATE))).toEqual(['a']);
    expect(asked).toHaveLength(2);
    await answer(STATE, 'c');
    expect(changed).toEqual([STATE.id]);
    expect(namesOf(await folders.children(STATE))).toEqual(['c']);
    expect(asked).toHaveLength(2);
  });

  it('is told when a folder takes the place of a file', async () => {
    await opened(STATE, 'a');
    folders.hear(run(2));
    await answer(STATE, 'a/');
    expect(changed).toEqual([STATE.id]);
  });

  it('is listed once more, and not twice at a time, when runs end meanwhile', async () => {
    await opened(STATE, 'a');
    for (let i = 0; i < 3; i++) folders.hear(run(2));
    expect(asked).toHaveLength(2);
    await answer(STATE, 'a');
    expect(asked).toHaveLength(3);
    await answer(STATE, 'a');
    expect(asked).toHaveLength(3);
  });

  it('is listed again if a run ended while it was opened', async () => {
    const children = folders.children(STATE);
    folders.hear(run(2));
    expect(asked).toHaveLength(1);
    await answer(STATE, 'a');
    expect(namesOf(await children)).toEqual(['a']);
    expect(asked).toHaveLength(2);
    await answer(STATE, 'b');
    expect(changed).toEqual([STATE.id]);
  });

  it('is not listed all the time where that takes long', async () => {
    open();
    await opened(STATE, 'a');
    folders.hear(run(2));
    await new Promise((resolve) => setTimeout(resolve, 100));
    folders.hear(run(2));
    await answer(STATE, 'a');
    const answered = performance.now();
    expect(asked).toHaveLength(2);
    await expect.poll(() => asked.length).toBe(3);
    expect(performance.now() - answered).toBeGreaterThan(90);
  });

  it('takes its turn with others', async () => {
    const other = folderOf(3);
    await opened(STATE, 'a');
    await opened(other, 'a');
    folders.hear(run(2));
    folders.hear(run(3));
    folders.hear(run(2));
    const ids = (): string[] => asked.slice(2).map(({ id }) => id);
    expect(ids()).toEqual([STATE.id]);
    await answer(STATE, 'a');
    expect(ids()).toEqual([STATE.id, other.id]);
    await answer(other, 'a');
    expect(ids()).toEqual([STATE.id, other.id, STATE.id]);
  });

  it('is listed where runs are not told when a ledger names another state', async () => {
    folders.hear(ledger(2, 6, 'abababab'));
    await opened(STATE, 'a');
    folders.hear(ledger(2, 7, `abababab${'0'.repeat(56)}`));
    folders.hear(ledger(2, 8));
    expect(asked).toHaveLength(1);
    folders.hear(ledger(2, 9, 'cdcdcdcd'));
    expect(asked).toHaveLength(2);
  });
});

describe('a folder that nobody sees', () => {
  it('is not listed until the view is visible', async () => {
    await opened(STATE, 'a');
    folders.watch(false);
    folders.hear(run(2));
    expect(asked).toHaveLength(1);
    folders.watch(true);
    expect(asked).toHaveLength(2);
  });

  it.each(['cluster/default/node/2', STATE.id])('is not listed while %s is closed, and listed when it is opened', async (row) => {
    await opened(STATE, 'a');
    folders.collapse(row);
    folders.hear(run(2));
    expect(asked).toHaveLength(1);
    folders.expand(row);
    expect(asked).toHaveLength(2);
    await answer(STATE, 'a', 'b');
    expect(changed).toEqual([STATE.id]);
  });

  it.each<[string, () => void, () => void]>([
    ['the view is hidden', () => folders.watch(false), () => folders.watch(true)],
    ['it is closed', () => folders.collapse(STATE.id), () => folders.expand(STATE.id)],
  ])('is given up when %s, and listed later', async (_when, hide, show) => {
    await opened(STATE, 'a');
    folders.hear(run(2));
    hide();
    expect(asked.at(-1)?.signal.aborted).toBe(true);
    await answer(STATE, 'b');
    expect(changed).toEqual([]);
    show();
    expect(asked).toHaveLength(3);
    await answer(STATE, 'c');
    expect(changed).toEqual([STATE.id]);
    expect(namesOf(await folders.children(STATE))).toEqual(['c']);
  });

  it.each<[string, () => void]>([
    ['the cluster', () => folders.clear()],
    ['the node', () => folders.keep([1, 3])],
    ['the view', () => folders.dispose()],
  ])('is given up for good when %s is gone', async (_what, go) => {
    await opened(STATE, 'a');
    folders.hear(run(2));
    go();
    expect(asked.at(-1)?.signal.aborted).toBe(true);
    asked.at(-1)?.answer.reject(new Error('The container was removed.'));
    await settled();
    folders.hear(run(2));
    folders.watch(true);
    expect(asked).toHaveLength(2);
    expect([changed, failures]).toEqual([[], []]);
  });

  it('is not shown if the cluster goes while it is opened', async () => {
    const children = folders.children(STATE);
    folders.clear();
    expect(asked[0]?.signal.aborted).toBe(true);
    await answer(STATE, 'a');
    expect(await children).toEqual([]);
    await opened(STATE, 'b');
  });

  it('is forgotten when the folder around it has it no more', async () => {
    const inner: Folder = { ...STATE, id: `${STATE.id}/inner`, path: 'inner' };
    await opened(STATE, 'inner/', 'inner b');
    await opened(inner, 'x');
    folders.hear(run(2));
    await answer(STATE, 'inner b');
    expect(changed).toEqual([STATE.id]);
    folders.hear(run(2));
    await answer(STATE, 'inner b');
    expect(asked.map(({ id }) => id)).toEqual([STATE.id, inner.id, STATE.id, STATE.id]);
  });
});

describe('a folder that cannot be listed', () => {
  it('is empty, and tried again when it is asked for', async () => {
    const children = folders.children(STATE);
    asked[0]?.answer.reject(new Error('The daemon is away.'));
    expect(await children).toEqual([]);
    expect(failures).toHaveLength(1);
    await opened(STATE, 'a');
  });

  it('stays as it was', async () => {
    await opened(STATE, 'a');
    folders.hear(run(2));
    asked[1]?.answer.reject(new Error('The daemon is away.'));
    await settled();
    expect([changed, failures.length]).toEqual([[], 1]);
    expect(namesOf(await folders.children(STATE))).toEqual(['a']);
  });
});
