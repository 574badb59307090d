import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withFacts, NO_FACTS } from '../../../../src/cluster/docker/watch/facts';
import { NodeObserver, type ObservedNode, type Told } from '../../../../src/cluster/docker/watch/observer';
import { observerFolder, ObserverKey } from '../../../../src/cluster/docker/watch/observerKey';
import { Observers } from '../../../../src/cluster/docker/watch/observers';
import { readSeen } from '../../../../src/cluster/docker/watch/seen';
import { GENESIS, type Ledger } from '../../../../src/hotpocket/ledger';
import type { LedgerQuery, LedgerView } from '../../../../src/hotpocket/protocol/types';
import { challenge, openRawNode } from '../../../support/rawNode';
import { openUserPort, quietHandlers, type TestPort } from '../../../support/userPort';

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'hotpocket öbserver '))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const MINUTE = 60_000;
const RUN = 'a run of the node';

async function openKey(contractId = 'a contract'): Promise<ObserverKey> {
  const key = await ObserverKey.open(home, contractId);
  if (!key) throw new Error('Another process has it.');
  return key;
}

const nodeAt = (url: string, publicKey: string, { run = RUN, keepsRaw = false } = {}): ObservedNode => ({ node: 1, run, url, publicKey, paused: false, keepsRaw });
const openNode = (): Promise<TestPort> => openUserPort({ handlers: { status: () => ({ ...quietHandlers().status(), voteStatus: 'synced', ledgerSeqNo: 7, ledgerHash: 'ab'.repeat(32), peers: ['node2:22862'] }) } });
const refused = (node: TestPort): string[] => node.log.filter((line) => line.includes('was not registered'));

it('is one key a cluster, in a folder that is the user\'s alone, held by one at a time', async () => {
  const first = await openKey();
  expect(statSync(observerFolder(home, 'a contract')).mode & 0o777).toBe(0o700);
  expect(statSync(join(observerFolder(home, 'a contract'), 'key.json')).mode & 0o777).toBe(0o600);
  expect(await ObserverKey.open(home, 'a contract')).toBeUndefined();
  const other = await openKey('another contract');
  expect(other.keys.publicKey).not.toBe(first.keys.publicKey);
  await first.release();
  const second = await openKey();
  expect(second.keys).toEqual(first.keys);
  await second.release();
  await other.release();
});

it('lets three attempts fail in ten minutes, whoever makes them: the sixth would ban the whole machine', async () => {
  const now = Date.now();
  const key = await openKey();
  for (const at of [0, 1000, 2000]) {
    expect(key.nextAttempt(RUN, now + at)).toBe(now + at);
    await key.failed(RUN, now + at);
    if (at < 2000) expect(key.nextAttempt(RUN, now + at + 500)).toBe(now + at + 1000);
  }
  expect(key.nextAttempt(RUN, now + 5000)).toBe(now + 10 * MINUTE);
  expect(key.nextAttempt('its next run', now + 5000)).toBe(now + 5000);
  await key.release(now + 6000);
  const next = await openKey();
  expect(next.nextAttempt('its next run', now + 6500)).toBe(now + 7000);
  expect(next.nextAttempt(RUN, now + MINUTE)).toBe(now + 10 * MINUTE);
  expect(next.nextAttempt(RUN, now + 10 * MINUTE)).toBe(now + 10 * MINUTE);
  await next.failed(RUN, now + 10 * MINUTE);
  expect(next.nextAttempt(RUN, now + 10 * MINUTE)).toBe(now + 10 * MINUTE + 1000);
  await next.release();
});

it('goes to a node that will have none of it three times, and then waits', async () => {
  let connections = 0;
  const node = await openRawNode((socket) => {
    connections++;
    socket.close();
  });
  const key = await openKey();
  const observer = new NodeObserver(key, nodeAt(node.url, `ed${'0'.repeat(64)}`), () => undefined);
  await expect.poll(() => key.nextAttempt(RUN, Date.now()) - Date.now(), { timeout: 20_000 }).toBeGreaterThan(9 * MINUTE);
  expect(connections).toBe(3);
  await observer.close();
  await key.release();
  await node.close();
});

it('does not go away in the middle of a handshake', async () => {
  const key = await openKey();
  let left: Promise<void> | undefined;
  let answered = false;
  const node = await openRawNode((socket) => {
    left = observer.close();
    socket.once('message', () => {
      answered = true;
      socket.close();
    });
    socket.send(challenge);
  });
  const observer = new NodeObserver(key, nodeAt(node.url, `ed${'0'.repeat(64)}`), () => undefined);
  await expect.poll(() => answered).toBe(true);
  await left;
  await key.release();
  await node.close();
});

it('looks at a node one time after the other without being refused', async () => {
  const node = await openNode();
  for (let i = 0; i < 2; i++) {
    const key = await openKey();
    const told: Told[] = [];
    const observer = new NodeObserver(key, nodeAt(node.url, node.keys.publicKey), (one) => told.push(one));
    await observer.tried;
    expect(told).toEqual([expect.objectContaining({ voteStatus: 'synced', peers: ['node2:22862'], ledger: { seqNo: 7, hash: 'ab'.repeat(32) } })]);
    await observer.close();
    await key.release();
  }
  expect(refused(node)).toEqual([]);
  await node.server.close();
});

it('asks for the ledgers that somebody wants to see, and for none that is not there', async () => {
  const ledgers = [1, 2, 3].map((seqNo) => ({ ...GENESIS, seqNo, hash: String(seqNo).repeat(64), inputHash: seqNo === 2 ? 'ab'.repeat(32) : GENESIS.inputHash }));
  const asked: LedgerQuery[] = [];
  const node = await openUserPort({ handlers: {
    lastLedger: () => ledgers[2] as Ledger,
    query: (_pubkey, query) => {
      asked.push(query);
      const ledger = ledgers.find(({ seqNo }) => seqNo === query.seqNo);
      const inputs = [{ pubkey: `ed${'aa'.repeat(32)}`, hash: 'cc'.repeat(32), nonce: 5n, blob: Buffer.from('hello') }];
      return ledger ? [{ ledger, ...(query.inputs && { inputs: ledger.seqNo === 2 ? inputs : [] }), ...(query.outputs && { outputs: [] }) }] : [];
    },
  } });
  const key = await openKey();
  const observer = new NodeObserver(key, nodeAt(node.url, node.keys.publicKey), () => undefined);
  expect(await observer.ledgers({ count: 1 })).toBeUndefined();
  await observer.tried;
  const found = await observer.ledgers({ count: 5 });
  expect(found?.map(({ seqNo, inputs }) => [seqNo, inputs])).toEqual([[3, 0], [2, undefined], [1, 0]]);
  expect(asked.map(({ seqNo, inputs, outputs }) => [seqNo, inputs || outputs])).toEqual([[3, false], [2, false], [1, false]]);
  const [second] = (await observer.ledgers({ before: 3, count: 1, contents: true })) ?? [];
  expect(second?.contents).toEqual({ inputs: [{ user: `ed${'aa'.repeat(32)}`, hash: 'cc'.repeat(32), nonce: '5', content: { bytes: 5, base64: 'aGVsbG8=' } }], outputs: [] });
  await observer.close();
  expect(await observer.ledgers({ count: 1 })).toBeUndefined();
  await key.release();
  await node.server.close();
});

describe('a node that keeps inputs and outputs', () => {
  const user = `ed${'aa'.repeat(32)}`;
  const other = `ed${'bb'.repeat(32)}`;
  const input = (pubkey: string, blob = Buffer.from('hello')) => ({ pubkey, hash: 'cc'.repeat(32), nonce: 5n, blob });
  const output = (pubkey: string, ...blobs: Buffer[]) => ({ pubkey, hash: 'dd'.repeat(32), blobs });
  const ledger = (seqNo: number): Ledger => ({ ...GENESIS, seqNo, hash: String(seqNo).repeat(64), inputHash: 'ab'.repeat(32), outputHash: 'ab'.repeat(32) });
  let asked: LedgerQuery[];
  let key: ObserverKey;
  let node: TestPort;
  let observer: NodeObserver;

  async function open(keepsRaw: boolean, views: ReadonlyMap<number, Partial<LedgerView> | 'gone'>): Promise<void> {
    asked = [];
    node = await openUserPort({ handlers: {
      lastLedger: () => ledger(Math.max(...views.keys())),
      query: (_pubkey, query) => {
        asked.push(query);
        const view = views.get(query.seqNo);
        const isDetailed = query.inputs || query.outputs;
        if (view === undefined || (view === 'gone' && isDetailed)) return isDetailed ? 'exec_failure' : [];
        return [{ ledger: ledger(query.seqNo), ...(view !== 'gone' && query.inputs && { inputs: view.inputs ?? [] }), ...(view !== 'gone' && query.outputs && { outputs: view.outputs ?? [] }) }];
      },
    } });
    key = await openKey();
    observer = new NodeObserver(key, nodeAt(node.url, node.keys.publicKey, { keepsRaw }), () => undefined);
    await observer.tried;
  }
  afterEach(async () => {
    await observer.close();
    await key.release();
    await node.server.close();
  });
  const counts = async (count: number): Promise<unknown> => (await observer.ledgers({ count, counts: true }))?.map(({ seqNo, inputs, outputs, inputUsers }) => [seqNo, inputs, outputs, inputUsers]);

  it('has them counted, and those of private contracts as far as it tells them', async () => {
    const nothing = Buffer.alloc(0);
    await open(true, new Map([
      [1, { inputs: [input(user), input(user), input(other)], outputs: [output(user, Buffer.from('a'), Buffer.from('b')), output(other, Buffer.from('c'))] }],
      [2, { inputs: [input(user, nothing)], outputs: [output(user, nothing)] }],
      [3, { inputs: [input(user, nothing)], outputs: [output(user)] }],
    ]));
    expect(await counts(9)).toEqual([[3, 1, undefined, [user]], [2, 1, undefined, [user]], [1, 3, 3, [user, other]]]);
    expect(observer.canCount).toBe(true);
  });

  it('tells ledgers whose inputs are gone without them, and those before as well', async () => {
    await open(true, new Map<number, Partial<LedgerView> | 'gone'>([[1, { inputs: [input(user)] }], [2, 'gone']]));
    expect(await counts(9)).toEqual([[2, undefined, undefined, undefined], [1, 1, undefined, [user]]]);
  });

  it('is asked for no more once it had to send much for it, unless somebody opens a ledger', async () => {
    await open(true, new Map([[1, { inputs: [input(user)] }], [2, { inputs: [input(user, Buffer.alloc(1024 * 1024 + 1))] }]]));
    expect(await counts(9)).toEqual([[2, 1, undefined, [user]], [1, undefined, undefined, undefined]]);
    expect(observer.canCount).toBe(false);
    expect((await observer.ledgers({ before: 2, count: 1, contents: true }))?.[0]).toMatchObject({ inputs: 1, contents: { inputs: [{ user }] } });
  });

  it('is asked for them only if it does', async () => {
    await open(false, new Map([[1, { inputs: [input(user)] }]]));
    expect(await counts(9)).toEqual([[1, undefined, undefined, undefined]]);
    expect(asked.map(({ inputs, outputs }) => [inputs, outputs])).toEqual([[false, false]]);
  });
});

it('is there once for two windows, which show the same', async () => {
  const node = await openNode();
  const observed = [nodeAt(node.url, node.keys.publicKey)];
  const told: Told[][] = [[], []];
  const open = (window: number): Observers => new Observers(home, (_node, facts) => told[window]?.push(facts));
  const first = open(0);
  first.update('a contract', observed);
  await expect.poll(() => told[0]?.find(({ observer }) => observer !== undefined)).toMatchObject({ voteStatus: 'synced', peers: ['node2:22862'] });
  const { observer } = told[0]?.find((one) => one.observer !== undefined) as Told;
  const second = open(1);
  await expect.poll(() => {
    second.update('a contract', observed);
    return told[1]?.at(-1);
  }).toEqual({ observer, peers: ['node2:22862'], unl: [], roundTime: 1000 });
  first.dispose();
  await expect.poll(() => {
    second.update('a contract', observed);
    return told[1]?.at(-1);
  }).toMatchObject({ observer, voteStatus: 'synced' });
  second.dispose();
  // Then all of it is written.
  const key = await vi.waitUntil(() => ObserverKey.open(home, 'a contract'), { timeout: 20_000 });
  await key.release();
  expect(readSeen(key.folder)).toEqual({});
  expect(refused(node)).toEqual([]);
  await node.server.close();
});

it('tells what goes before the log, unless it is older', () => {
  const facts = { ...NO_FACTS, voteStatus: 'unreliable' as const, votes: { received: 1, needed: 3, at: 0 }, ledger: { seqNo: 8, hash: 'abababab' } };
  expect(withFacts(facts, { voteStatus: 'synced', ledger: { seqNo: 7, hash: 'cd'.repeat(32) } })).toEqual({ ...NO_FACTS, voteStatus: 'synced', ledger: { seqNo: 8, hash: 'abababab' } });
  expect(withFacts(facts, { ledger: { seqNo: 8, hash: 'ab'.repeat(32) } })).toEqual({ ...facts, ledger: { seqNo: 8, hash: 'ab'.repeat(32) } });
});
