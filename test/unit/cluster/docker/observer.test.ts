import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NodeObserver } from '../../../../src/cluster/docker/watch/observer';
import { ObserverKey } from '../../../../src/cluster/docker/watch/observerKey';
import { openRawNode } from '../../../support/rawNode';

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'hotpocket öbserver '))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const MINUTE = 60_000;

async function openKey(contractId = 'a contract'): Promise<ObserverKey> {
  const key = await ObserverKey.open(home, contractId);
  if (!key) throw new Error('Another process has it.');
  return key;
}

it('is one key a cluster, held by one at a time', async () => {
  const first = await openKey();
  expect(await ObserverKey.open(home, 'a contract')).toBeUndefined();
  const other = await openKey('another contract');
  expect(other.keys.publicKey).not.toBe(first.keys.publicKey);
  first.release();
  const second = await openKey();
  expect(second.keys).toEqual(first.keys);
  second.release();
  other.release();
});

it('lets three attempts fail in ten minutes, whoever makes them: the sixth would ban the whole machine', async () => {
  const now = Date.now();
  const key = await openKey();
  for (const at of [0, 1, 2]) {
    expect(key.nextAttempt('node', now + at)).toBe(now + at);
    await key.failed('node', now + at);
  }
  expect(key.nextAttempt('node', now + 3)).toBe(now + 10 * MINUTE);
  expect(key.nextAttempt('another node', now + 3)).toBe(now + 3);
  key.release();
  const next = await openKey();
  expect(next.nextAttempt('node', now + MINUTE)).toBe(now + 10 * MINUTE);
  expect(next.nextAttempt('node', now + 10 * MINUTE)).toBe(now + 10 * MINUTE);
  await next.failed('node', now + 10 * MINUTE);
  expect(next.nextAttempt('node', now + 10 * MINUTE)).toBe(now + 10 * MINUTE + 1);
  next.release();
});

it('goes to a node that will have none of it three times, and then waits', async () => {
  let connections = 0;
  const node = await openRawNode((socket) => {
    connections++;
    socket.close();
  });
  const key = await openKey();
  const observer = new NodeObserver(key, { url: node.url, publicKey: `ed${'0'.repeat(64)}` }, () => undefined);
  await expect.poll(() => connections, { timeout: 20_000 }).toBe(3);
  await expect.poll(() => key.nextAttempt(`ed${'0'.repeat(64)}`, Date.now()) - Date.now()).toBeGreaterThan(9 * MINUTE);
  observer.dispose();
  key.release();
  expect(connections).toBe(3);
  await node.close();
});
