import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MOST_BYTES, MOST_LEDGERS } from '../../../src/base/ledgers';
import { GENESIS, type Ledger } from '../../../src/hotpocket/ledger';
import { makeClosing } from '../../../src/node/consensus/closing';
import { LedgerStore } from '../../../src/node/ledger/ledgerStore';
import { LedgerTeller } from '../../../src/node/ledger/ledgerTeller';
import { input, proposal } from './support/proposals';

let dir: string;
let store: LedgerStore;
let teller: LedgerTeller;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'told ledgers '));
  store = LedgerStore.open(dir);
  teller = new LedgerTeller(store);
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

const OUTPUTS = '0e'.repeat(32);
const USER = `ed${'0f'.repeat(32)}`;

function close(last: Ledger, texts: readonly string[], outputs: readonly Uint8Array[] = []): Ledger {
  const inputs = texts.map((text, i) => input(1000 * last.seqNo + i, text));
  const closing = makeClosing(last, [proposal({ stage: 3, last, inputs: inputs.map((one) => one.orderedHash).sort(), users: [USER], time: last.time + 2000, ...(outputs.length > 0 && { outputHash: OUTPUTS }) })], inputs);
  const sent = outputs.length > 0 ? [{ pubkey: USER, hash: OUTPUTS, blobs: outputs }] : [];
  teller.remember(closing.ledger, sent);
  store.commit(closing, sent);
  return closing.ledger;
}

it('tells of ledgers, newest first, with counts and whose inputs they have', () => {
  const first = close(GENESIS, ['a', 'b']);
  const second = close(first, [], [Buffer.from('x'), Buffer.from('y')]);
  expect(teller.list({ count: 10 })).toEqual([
    expect.objectContaining({ seqNo: 2, hash: second.hash, prevHash: first.hash, time: 4000, inputs: 0, outputs: 2, users: 1, inputUsers: [] }),
    expect.objectContaining({ seqNo: 1, hash: first.hash, inputs: 2, outputs: 0, users: 1, inputUsers: [input(0).signed.pubkey] }),
  ]);
  expect(teller.list({ count: 10 })[0]).not.toHaveProperty('nonce');
  expect(teller.list({ before: 2, count: 10 }).map(({ seqNo }) => seqNo)).toEqual([1]);
  expect(teller.list({ count: 1 }).map(({ seqNo }) => seqNo)).toEqual([2]);
});

it('tells what is in a ledger, long contents in part', () => {
  const first = close(GENESIS, ['hello']);
  close(first, [], [Buffer.alloc(MOST_BYTES + 1, 'z')]);
  const [second, one] = teller.list({ count: 2, contents: true });
  expect(one?.contents).toMatchObject({ users: [USER], outputs: [], inputs: [{ user: input(0).signed.pubkey, nonce: '1', content: { bytes: 5, base64: Buffer.from('hello').toString('base64') } }] });
  expect(second?.contents?.outputs).toEqual([{ user: USER, hash: OUTPUTS, contents: [{ bytes: MOST_BYTES + 1, base64: Buffer.alloc(MOST_BYTES, 'z').toString('base64') }] }]);
});

it('says nothing of what it has no more', () => {
  let last = close(GENESIS, ['old'], [Buffer.from('old')]);
  for (let i = 0; i < 300; i++) last = close(last, ['new']);
  expect(teller.list({ count: 1000 })).toHaveLength(MOST_LEDGERS);
  const [first] = teller.list({ before: 2, count: 1, contents: true });
  expect(first).toMatchObject({ inputs: 1, contents: { users: [USER] } });
  for (const gone of ['outputs', 'inputUsers']) expect(first).not.toHaveProperty(gone);
  expect(Object.keys(first?.contents ?? {})).toEqual(['users']);
});

it('tells nothing as outputs of a ledger that another one took the place of', () => {
  const first = close(GENESIS, []);
  const taken = close(first, [], [Buffer.from('taken back')]);
  store.adopt(1, [{ ...makeClosing(first, [proposal({ stage: 3, last: first, time: 9000, outputHash: OUTPUTS })], []) }]);
  const [second] = teller.list({ count: 1, contents: true });
  expect(second?.hash).not.toBe(taken.hash);
  expect(second).not.toHaveProperty('outputs');
});
