import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RawHistory, type RawLedger } from '../../../src/node/ledger/rawHistory';
import { nodeKeys } from './support/proposals';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'raw '))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const pubkey = nodeKeys[0]!.publicKey;
const content = (n: number): RawLedger => ({
  inputs: [{ pubkey, hash: '01'.repeat(32), nonce: 2n ** 63n - BigInt(n), blob: Buffer.from(`in ${n}`) }],
  outputs: [{ pubkey, hash: '02'.repeat(32), blobs: [Buffer.from(`out ${n}`), Buffer.alloc(0)] }],
});
const hashOf = (n: number): string => n.toString(16).padStart(64, '0');
const nothing = { inputs: [], outputs: [] };

it('gives back inputs and outputs after a restart', () => {
  const history = new RawHistory(dir, 1);
  for (const n of [1, 2, 9]) history.add(n, hashOf(n), content(n));
  history.add(3, hashOf(3), nothing);
  history.close();
  const again = new RawHistory(dir, 1);
  for (const n of [1, 2, 9]) expect(again.get(n, hashOf(n))).toMatchObject(content(n));
  expect(again.get(3, hashOf(3))).toEqual(nothing);
  again.close();
});

it('does not show what a ledger had that was taken back', () => {
  const history = new RawHistory(dir, 1);
  history.add(5, hashOf(5), content(5));
  expect(history.get(5, hashOf(6))).toEqual(nothing);
  history.add(5, hashOf(6), content(6));
  expect(history.get(5, hashOf(6))).toMatchObject(content(6));
  history.close();
});

it('keeps as many shards as it is told to', () => {
  const history = new RawHistory(dir, 2);
  for (const n of [1, 4_097, 8_193]) history.add(n, hashOf(n), content(n));
  expect(history.get(1, hashOf(1))).toEqual(nothing);
  expect(history.get(4_097, hashOf(4_097))).toMatchObject(content(4_097));
  expect(existsSync(join(dir, '0'))).toBe(false);
  history.close();
  new RawHistory(dir, 1).close();
  expect([0, 1, 2].map((n) => existsSync(join(dir, String(n))))).toEqual([false, false, true]);
});

it('keeps nothing when none is to be kept, and all when there is no limit', () => {
  const none = new RawHistory(dir, 0);
  none.add(1, hashOf(1), content(1));
  expect(none.get(1, hashOf(1))).toEqual(nothing);
  none.close();
  const all = new RawHistory(dir, Infinity);
  for (const n of [1, 4_097, 40_000]) all.add(n, hashOf(n), content(n));
  for (const n of [1, 4_097, 40_000]) expect(all.get(n, hashOf(n))).toMatchObject(content(n));
  all.close();
});
