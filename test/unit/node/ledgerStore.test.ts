import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GENESIS, type Ledger } from '../../../src/hotpocket/ledger';
import { makeClosing } from '../../../src/node/consensus/closing';
import type { Closing } from '../../../src/node/consensus/types';
import { LedgerStore } from '../../../src/node/ledger/ledgerStore';
import { input, proposal } from './support/proposals';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'ledgers '))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Ledgers one after the other; every third without inputs. */
function closings(count: number, from: Ledger = GENESIS, salt = 0): Closing[] {
  const made: Closing[] = [];
  for (let last = from; made.length < count; last = made.at(-1)!.ledger) {
    const inputs = last.seqNo % 3 === 2 ? [] : [input(last.seqNo + salt)];
    made.push(makeClosing(last, [proposal({ stage: 3, last, inputs: inputs.map((i) => i.orderedHash), time: last.time + 2_000 + salt })], inputs));
  }
  return made;
}

describe('the ledgers of a node', () => {
  it('begin with genesis', () => {
    const store = LedgerStore.open(dir);
    expect(store.last).toEqual(GENESIS);
    expect(store.entry(1)).toBeUndefined();
    store.close();
  });

  it('come back from disk with proof and recent inputs', () => {
    const all = closings(200);
    const store = LedgerStore.open(dir);
    for (const closing of all) store.commit(closing);
    store.close();
    const again = LedgerStore.open(dir);
    expect(again.last).toEqual(all.at(-1)!.ledger);
    for (const closing of all) expect(again.entry(closing.ledger.seqNo)?.ledger).toEqual(closing.ledger);
    for (const closing of all.slice(-64)) expect(again.closing(closing.ledger.seqNo)).toEqual(closing);
    again.close();
  });

  it('keep the inputs of recent ledgers only', () => {
    const store = LedgerStore.open(dir);
    for (const closing of closings(400)) store.commit(closing);
    expect(store.closing(1)).toBeUndefined();
    expect(store.closing(400)?.bodies.length).toBe(1);
    store.close();
    const size = ['recent.0.log', 'recent.1.log'].map((f) => readFileSync(join(dir, 'raw', f)).length).reduce((a, b) => a + b);
    expect(size).toBeLessThan(128 * 1_000);
  });

  it('are replaced from a common one on, and old inputs do not come back', () => {
    const first = closings(10);
    const store = LedgerStore.open(dir);
    for (const closing of first) store.commit(closing);
    const other = closings(4, first[6]!.ledger, 1);
    expect(store.bodiesAfter(7).length).toBe(first.slice(7).filter((c) => c.bodies.length > 0).length);
    // As they come from peers: the last one with its proof.
    const [newest] = other.slice(-1);
    store.adopt(7, [...other.slice(0, -1).map(({ ledger, users, inputs }) => ({ ledger, users, inputs })), newest!]);
    expect(store.last).toEqual(newest!.ledger);
    expect(store.entry(8)?.ledger).toEqual(other[0]!.ledger);
    expect(newest!.bodies.length).toBe(1);
    expect(store.bodiesAfter(7)).toEqual(newest!.bodies);
    store.close();
    const again = LedgerStore.open(dir);
    expect(again.last).toEqual(newest!.ledger);
    expect(again.closing(newest!.ledger.seqNo - 1)).toBeUndefined();
    expect(again.closing(newest!.ledger.seqNo)?.proof).toEqual(newest!.proof);
    again.close();
  });

  it('are a prefix when the file was cut', () => {
    const all = closings(5);
    const store = LedgerStore.open(dir);
    for (const closing of all) store.commit(closing);
    store.close();
    const path = join(dir, 'primary', '0', 'ledgers.log');
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length += 97) {
      mkdirSync(join(dir, 'primary', '0'), { recursive: true });
      writeFileSync(path, whole.subarray(0, length));
      const cut = LedgerStore.open(dir);
      expect([GENESIS, ...all.map((c) => c.ledger)]).toContainEqual(cut.last);
      cut.close();
    }
  });

  describe('in shards', () => {
    const history = { primaryShards: 2, rawShards: 0, primaryShardSize: 10 };
    const held = (store: LedgerStore, all: readonly Closing[]): number[] => all.flatMap(({ ledger }) => (store.entry(ledger.seqNo)?.ledger.hash === ledger.hash ? [ledger.seqNo] : []));
    const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const shards = (): string[] => readdirSync(join(dir, 'primary')).sort();

    it('are kept as many as configured, all of full history', () => {
      const all = closings(35);
      const store = LedgerStore.open(dir, history);
      for (const closing of all.slice(0, 30)) store.commit(closing);
      expect([shards(), store.oldest, held(store, all)]).toEqual([['1', '2'], 11, numbers(11, 30)]);
      store.commit(all[30]!);
      expect([shards(), store.oldest, held(store, all)]).toEqual([['2', '3'], 21, numbers(21, 31)]);
      store.close();
      const again = LedgerStore.open(dir, history);
      expect([again.last, held(again, all)]).toEqual([all[30]!.ledger, numbers(21, 31)]);
      again.close();
      const fewer = LedgerStore.open(dir, { ...history, primaryShards: 1 });
      expect([shards(), fewer.last, held(fewer, all)]).toEqual([['3'], all[30]!.ledger, [31]]);
      fewer.close();
      rmSync(join(dir, 'primary'), { recursive: true });
      const full = LedgerStore.open(dir, { ...history, primaryShards: Infinity });
      for (const closing of all) full.commit(closing);
      expect([shards(), held(full, all)]).toEqual([['0', '1', '2', '3'], numbers(1, 35)]);
      full.close();
    });

    it('go back over a shard, and begin anew where others have nothing before', () => {
      const all = closings(35);
      const other = closings(25, all[14]!.ledger, 7);
      const store = LedgerStore.open(dir, { ...history, primaryShards: 3 });
      for (const closing of all.slice(0, 21)) store.commit(closing);
      store.adopt(15, other.slice(0, 3));
      expect([shards(), store.last, held(store, other)]).toEqual([['0', '1'], other[2]!.ledger, [16, 17, 18]]);
      store.adopt(30, other.slice(15));
      expect([shards(), store.oldest, store.last.seqNo, held(store, other)]).toEqual([['3'], 31, 40, numbers(31, 40)]);
      store.close();
      const again = LedgerStore.open(dir, history);
      expect([again.last.seqNo, held(again, all)]).toEqual([40, []]);
      again.close();
    });

    it('are what leads up to the newest, whatever a crash or a fault of the disk left', () => {
      const all = closings(25);
      const store = LedgerStore.open(dir, { ...history, primaryShards: Infinity });
      for (const closing of all) store.commit(closing);
      store.close();
      mkdirSync(join(dir, 'primary', '3'));
      const middle = join(dir, 'primary', '1', 'ledgers.log');
      writeFileSync(middle, readFileSync(middle).subarray(0, -20));
      const again = LedgerStore.open(dir, { ...history, primaryShards: Infinity });
      expect([shards(), held(again, all), again.last]).toEqual([['2'], numbers(21, 25), all[24]!.ledger]);
      again.close();
    });
  });
});
