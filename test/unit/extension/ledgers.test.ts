import { beforeEach, describe, expect, it } from 'vitest';
import { Emitter } from '../../../src/base/disposables';
import type { LedgerInfo } from '../../../src/base/ledgers';
import type { RoundProfile } from '../../../src/base/roundProfile';
import type { ClusterChange } from '../../../src/cluster/engine';
import { LedgerCounts } from '../../../src/extension/ledgers/ledgerCounts';
import { filterText, parseNumbers, passes } from '../../../src/extension/ledgers/ledgerFilter';
import { LedgerList } from '../../../src/extension/ledgers/ledgerList';
import { ledgerRow } from '../../../src/extension/ledgers/ledgerRow';
import { ledgerText } from '../../../src/extension/ledgers/ledgerText';
import { sparkline } from '../../../src/extension/model/sparkline';
import { RoundTimes } from '../../../src/extension/profile/roundTimes';
import { roundTimesRow } from '../../../src/extension/profile/roundTimesRow';
import { l10n } from './support';

const hashOf = (seqNo: number, fork = '') => `${fork}${String(seqNo).padStart(8, '0')}${'ab'.repeat(28)}`.slice(0, 64);
const ledger = (seqNo: number, changes: Partial<LedgerInfo> = {}): LedgerInfo => ({ seqNo, hash: hashOf(seqNo), ...changes });
const numbers = (list: LedgerList) => list.all.map(({ seqNo }) => seqNo);

describe('the list of ledgers', () => {
  it('has the newest first, as many as are wanted', () => {
    const list = new LedgerList(3);
    for (const seqNo of [2, 1, 3, 5, 4]) list.add(ledger(seqNo));
    expect(numbers(list)).toEqual([5, 4, 3]);
    list.addOlder([ledger(2), ledger(1)]);
    expect(numbers(list)).toEqual([5, 4, 3, 2, 1]);
    list.add(ledger(6));
    expect(numbers(list)).toEqual([6, 5, 4, 3, 2]);
    expect(list.oldest).toBe(2);
  });

  it('keeps what is known of a ledger that another node tells less of', () => {
    const list = new LedgerList(9);
    list.add({ seqNo: 1, hash: hashOf(1).slice(0, 8), stateHash: 'ff' });
    list.add(ledger(1, { inputs: 2 }));
    list.add({ seqNo: 1, hash: hashOf(1).slice(0, 8) });
    expect(list.all).toEqual([ledger(1, { inputs: 2, stateHash: 'ff' })]);
  });

  it('drops what a fork or another deployment took back', () => {
    const list = new LedgerList(9);
    for (const seqNo of [1, 2, 3, 4]) list.add(ledger(seqNo));
    list.add(ledger(3, { hash: hashOf(3, 'ff') }));
    expect(list.all.map(({ hash }) => hash)).toEqual([hashOf(3, 'ff'), hashOf(2), hashOf(1)]);
    list.add(ledger(1, { hash: hashOf(1, 'ee') }));
    expect(numbers(list)).toEqual([1]);
    list.add(ledger(2, { prevHash: hashOf(1, 'dd') }));
    expect(numbers(list)).toEqual([2]);
  });
});

describe('a filter of ledgers', () => {
  it('goes by what is known, and by hashes where there are no counts', () => {
    const withInputs = { kind: 'inputs' } as const;
    expect([ledger(1), ledger(1, { inputs: 0 }), ledger(1, { inputs: 1 }), ledger(1, { inputHash: '00' }), ledger(1, { inputHash: '0a' })].map((one) => passes(one, withInputs))).toEqual([false, false, true, false, true]);
    expect(passes(ledger(1, { outputs: 1 }), { kind: 'outputs' })).toBe(true);
    expect([ledger(1, { inputUsers: ['edaa'] }), ledger(1, { inputUsers: ['edbb'] }), ledger(1)].map((one) => passes(one, { kind: 'user', key: 'edaa' }))).toEqual([true, false, false]);
    expect([9, 10, 12, 13].map((seqNo) => passes(ledger(seqNo), { kind: 'numbers', first: 10, last: 12 }))).toEqual([false, true, true, false]);
    expect(passes(ledger(1), undefined)).toBe(true);
  });

  it('is typed as a number or two', () => {
    expect(parseNumbers('12')).toEqual({ kind: 'numbers', first: 12, last: 12 });
    expect(parseNumbers(' #3 - 7 ')).toEqual({ kind: 'numbers', first: 3, last: 7 });
    for (const text of ['', 'ed12', '7-3', '1-2-3', '-4']) expect(parseNumbers(text)).toBeUndefined();
    expect(filterText({ kind: 'numbers', first: 3, last: 7 }, l10n)).toBe('#3–#7');
    expect(filterText({ kind: 'user', key: `ed${'a'.repeat(64)}` }, l10n)).toBe('With inputs of edaaaaaaaa…');
  });
});

describe('a ledger', () => {
  const time = (ms: number) => `at ${ms}`;

  it('is a row that says what is in it', () => {
    expect(ledgerRow(ledger(12, { time: 5, inputs: 2, outputs: 1, users: 3 }), time, l10n)).toMatchObject({
      label: '#12', description: 'at 5 · 2 inputs · 1 output · 3 users · 00000012', icon: { id: 'inbox' }, copy: hashOf(12), spoken: 'Ledger 12, at 5, 2 inputs, 1 output, 3 users, 00000012',
    });
    expect(ledgerRow(ledger(12, { inputs: 0, outputs: 0, users: 0 }), time, l10n)).toMatchObject({ description: '00000012', icon: { id: 'database' } });
    const observed = ledgerRow(ledger(12, { inputHash: 'aa', outputHash: '00' }), time, l10n);
    expect(observed.description).toBe('inputs · 00000012');
    expect(observed.tooltip).toContain('| Input hash | `aa` |');
    expect(observed.tooltip).toContain('| Output hash | none |');
  });

  it('is a document', () => {
    const content = (bytes: Buffer) => ({ bytes: bytes.length, base64: bytes.toString('base64') });
    const text = ledgerText(ledger(12, { time: 0, inputs: 1, outputs: 2, contents: {
      users: ['edaa'],
      inputs: [{ user: 'edaa', hash: 'ff', nonce: '7', content: content(Buffer.from('{"ü":1}')) }],
      outputs: [{ user: 'edaa', hash: 'ee', contents: [content(Buffer.from([0xff, 0])), { bytes: 9000, base64: Buffer.from('ab').toString('base64') }] }],
    } }));
    expect(JSON.parse(text)).toEqual({
      ledger: 12, time: '1970-01-01T00:00:00.000Z', hash: hashOf(12), users: ['edaa'],
      inputs: [{ user: 'edaa', hash: 'ff', nonce: '7', bytes: 8, text: '{"ü":1}' }],
      outputs: [{ user: 'edaa', hash: 'ee', messages: [{ bytes: 2, hex: 'ff00' }, { bytes: 9000, text: 'ab', shortened: true }] }],
    });
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(ledgerText(ledger(1, { inputs: 3, users: 2 })))).toEqual({ ledger: 1, hash: hashOf(1), users: 2, inputs: 3 });
  });
});

describe('inputs and outputs that have to be counted', () => {
  const uncounted = (seqNo: number, changes: Partial<LedgerInfo> = {}) => ledger(seqNo, { inputHash: 'ab', outputHash: '00', outputs: 0, ...changes });
  let list: LedgerList;
  let asked: number[];
  let queries: object[];
  let answer: (seqNo: number) => Promise<readonly LedgerInfo[]>;
  let counts: LedgerCounts;
  beforeEach(() => {
    list = new LedgerList(9);
    [asked, queries] = [[], []];
    answer = (seqNo) => Promise.resolve([uncounted(seqNo, { inputs: seqNo, inputUsers: ['edaa'] })]);
    counts = new LedgerCounts({
      known: () => list.all,
      ask: ({ before = 0, ...query }) => {
        asked.push(before - 1);
        queries.push(query);
        return answer(before - 1);
      },
      counted: (found) => list.add(found),
    });
  });

  it('are, the newest first, while somebody looks', async () => {
    list.addOlder([uncounted(1), uncounted(2)]);
    counts.look();
    expect(asked).toEqual([]);
    counts.watch(true);
    await expect.poll(() => list.all.map(({ inputs, inputUsers }) => [inputs, inputUsers])).toEqual([[2, ['edaa']], [1, ['edaa']]]);
    expect(asked).toEqual([2, 1]);
    expect(queries).toEqual([{ count: 1, counts: true }, { count: 1, counts: true }]);
    list.add(uncounted(3));
    counts.look();
    await expect.poll(() => list.get(3)?.inputs).toBe(3);
  });

  it('are not asked for where they are known, where a hash says there are none, and of what only a log has told', async () => {
    list.addOlder([ledger(1, { inputs: 2, inputHash: 'ab' }), ledger(2, { inputHash: '00', outputHash: '00' }), ledger(3)]);
    await counts.all();
    expect(asked).toEqual([]);
  });

  it('are asked for once a ledger, one after the other, and again when nodes may know more', async () => {
    list.addOlder([uncounted(1), uncounted(2), uncounted(3)]);
    let atOnce = 0;
    let most = 0;
    answer = async (seqNo) => {
      most = Math.max(most, ++atOnce);
      await Promise.resolve();
      atOnce--;
      if (seqNo === 3) throw new Error('no answer');
      return seqNo === 2 ? [] : [uncounted(1, { hash: hashOf(1, 'ff'), inputs: 7 })];
    };
    counts.watch(true);
    counts.look();
    await counts.all();
    expect(asked).toEqual([3, 2, 1]);
    expect(most).toBe(1);
    // Of a ledger that is another now nothing is learnt.
    expect(list.all.map(({ inputs }) => inputs)).toEqual([undefined, undefined, undefined]);
    counts.forget();
    await counts.all();
    expect(asked).toEqual([3, 2, 1, 3, 2, 1]);
  });

  it('are no longer when nobody looks, but for whoever asks for all', async () => {
    list.addOlder([uncounted(1), uncounted(2)]);
    answer = (seqNo) => {
      counts.watch(false);
      return Promise.resolve([uncounted(seqNo, { inputs: 1 })]);
    };
    counts.watch(true);
    await expect.poll(() => list.get(2)?.inputs).toBe(1);
    expect(asked).toEqual([2]);
    await counts.all();
    expect(asked).toEqual([2, 1]);
  });
});

describe('round times', () => {
  it('are blocks as high as the rounds were long', () => {
    expect(sparkline([0, 500, 1000, 1999, 2000, 9000, -1], 2000)).toBe('▁▃▅███▁');
    expect(roundTimesRow([2000, 4000, 2000], 2000, l10n)).toMatchObject({ description: '2 s ▅█▅', spoken: 'Round times: the last took 2 s, the last 3 from 2 s to 4 s' });
    expect(roundTimesRow([999.4], 2000, l10n).tooltip).toBe('The last 1 rounds took 999 ms to 999 ms, the newest 999 ms. Configured: 2 s.');
    expect(roundTimesRow([], 2000, l10n).description).toBe('not measured yet');
  });

  it('are those of the node, or between ledgers where it does not say', () => {
    const events = new Emitter<ClusterChange>();
    let now = 0;
    const model = { onEvent: (listener: (change: ClusterChange) => void) => events.on(listener) };
    const told = new RoundTimes({ available: true, of: () => [{ totalMs: 7 } as RoundProfile] }, model);
    const heard = new RoundTimes({ available: false, of: () => [] }, model, () => now);
    const tell = (at: number, seqNo: number) => {
      now = at;
      events.fire({ type: 'ledger', node: 1, seqNo, hash: hashOf(seqNo) });
    };
    for (const [at, seqNo] of [[0, 4], [1000, 5], [1010, 5], [3000, 6]] as const) tell(at, seqNo);
    expect([told.of(1), heard.of(1), heard.of(2)]).toEqual([[7], [1000, 2000], []]);
    // Ledgers were missed, or began anew.
    tell(9000, 9);
    tell(9500, 10);
    expect(heard.of(1)).toEqual([500]);
    events.fire({ type: 'cluster', exists: true });
    expect(heard.of(1)).toEqual([]);
    told.dispose();
    heard.dispose();
  });
});
