import { describe, expect, it } from 'vitest';
import { blake3Hex, shortHash } from '../../../src/hotpocket/hash';
import { GENESIS } from '../../../src/hotpocket/ledger';
import { checkAgreement } from '../../chaos/checks/agreement';
import { checkInputs } from '../../chaos/checks/inputs';
import { checkProgress } from '../../chaos/checks/progress';
import type { LoggedLedger, NodeDisk } from '../../chaos/disks';
import { FAULT_KINDS } from '../../chaos/faults';
import { History, type InputRecord } from '../../chaos/history';
import type { ChaosOptions } from '../../chaos/options';
import { makeSchedule } from '../../chaos/schedule';
import { Random } from '../../sim/support/random';

// What the chaos runner finds wrong: each of its checks fails for what it is there for.

const hashOf = (name: string): string => blake3Hex(Buffer.from(name));

/** A node whose ledgers have these names, one a second; `logged` if its log tells of others. */
function disk(node: number, names: readonly string[], { logged = names, log = '', at = 0 }: { logged?: readonly string[]; log?: string; at?: number } = {}): NodeDisk {
  return {
    node, log,
    entries: names.map((name, i) => ({ ledger: { ...GENESIS, seqNo: i + 1, hash: hashOf(name) }, users: [], inputs: [] })),
    logged: logged.map((name, i): LoggedLedger => ({ seqNo: i + 1, hash: shortHash(hashOf(name)), at: at + 1000 * i })),
    rawOf: () => ({ inputs: [], outputs: [] }), lastRun: undefined, state: () => '', leftovers: [],
  };
}

describe('agreement', () => {
  const names = ['a', 'b', 'c', 'd'];
  it('is there when all have the same ledgers, one of them some less at the end', () => {
    expect(checkAgreement([disk(1, names), disk(2, names.slice(0, 3))])).toEqual({ problems: [], forks: [] });
  });
  it.each([
    ['another ledger', [disk(1, names), disk(2, ['a', 'x', 'c', 'd'])], /node 2 holds ledger 2-/],
    ['a node that was left behind', [disk(1, names), disk(2, ['a'])], /node 2 ends with ledger 1/],
    ['a fork without a word', [disk(1, names), disk(2, names, { logged: ['a', 'x', 'c', 'd'] })], /node 2 made ledger 2-.* never said so/],
  ])('is missed: %s', (_, disks, problem) => {
    expect(checkAgreement(disks).problems.join('\n')).toMatch(problem);
  });
  it('bears a fork that was said, with all ledgers after it', () => {
    const log = `Fork: ledger 2 was ${shortHash(hashOf('x'))} here and is ${shortHash(hashOf('b'))} in consensus. Taking back 2 of our ledgers.`;
    expect(checkAgreement([disk(1, names), disk(2, names, { logged: ['a', 'x', 'y', 'd'], log })])).toEqual({ problems: [], forks: [2, 3] });
  });
});

describe('progress', () => {
  const history = (troubles: readonly { node: number; from: number; until?: number }[] = []): History => {
    const made = new History();
    const { begin } = made;
    made.troubles.push(...troubles.map(({ node, from, until }) => ({ node, from: begin + from, ...(until !== undefined && { until: begin + until }) })));
    return made;
  };
  /** Three nodes that made a ledger a second for `seconds` and then none up to the 20th. */
  const check = (book: History, seconds: number, needed = 3): string[] =>
    checkProgress([1, 2, 3].map((node) => disk(node, Array.from({ length: seconds }, (_, i) => String(i)), { at: book.begin + 500 })), book, needed, 1000, book.begin + 20_000);
  it('is there with a ledger in any five rounds', () => expect(check(history(), 16)).toEqual([]));
  it('is missed without one, when enough nodes were left alone', () => {
    expect(check(history(), 14)[0]).toMatch(/no ledger from +13\.500 to +18\.500, though 3 nodes/);
    expect(check(history([{ node: 2, from: 13_600, until: 14_000 }]), 12)[0]).toMatch(/from +14\.000 to +19\.000/);
    expect(check(history([{ node: 2, from: 5_000 }]), 10, 2)).toHaveLength(1);
  });
  it('is not asked for from fewer nodes, nor in less time', () => {
    expect(check(history([{ node: 2, from: 5_000 }]), 10)).toEqual([]);
    expect(check(history([{ node: 2, from: 12_000, until: 15_500 }]), 12)).toEqual([]);
  });
});

describe('inputs', () => {
  const disks = [disk(1, ['a', 'b'])];
  const book = (...inputs: readonly InputRecord[]): History => {
    const made = new History();
    for (const input of inputs) made.inputs.set(input.text, input);
    return made;
  };
  const accepted = (text: string, ledger = 'b'): InputRecord => ({ text, user: 'u0', status: 'accepted', ledgerSeqNo: 2, ledgerHash: hashOf(ledger) });
  it('are as they should be when each accepted one is there once, and what nobody heard of may be', () => {
    expect(checkInputs(disks, book(accepted('u0-1'), { text: 'u0-2', user: 'u0' }, { text: 'u0-3', user: 'u0', status: 'failed' }), ['u0-1', 'u0-3'], false)).toEqual([]);
  });
  it.each<[string, InputRecord[], string[], RegExp]>([
    ['lost', [accepted('u0-1')], [], /u0-1 was accepted in ledger 2 and is not/],
    ['done twice', [accepted('u0-1')], ['u0-1', 'u0-1'], /u0-1 is in the state twice/],
    ['invented', [], ['u0-1'], /nobody handed in u0-1/],
    ['rejected and done', [{ text: 'u0-1', user: 'u0', status: 'rejected', reason: 'max_ledger_expired' }], ['u0-1'], /u0-1 was rejected/],
    ['accepted in another ledger', [accepted('u0-1', 'x')], ['u0-1'], /accepted in a ledger that is not there/],
  ])('are %s', (_, inputs, executed, problem) => {
    expect(checkInputs(disks, book(...inputs), executed, false).join('\n')).toMatch(problem);
  });
  it('of a ledger that was taken back may have run out of time', () => {
    expect(checkInputs(disks, book(accepted('u0-1', 'x')), [], true)).toEqual([]);
  });
  it('whose outputs do not follow from the ledgers', () => {
    const made = book(accepted('u0-1'));
    made.outputs.push({ user: 'u0', ledgerSeqNo: 3, texts: ['done u0-1', 'done u0-2'] }, { user: 'u1', ledgerSeqNo: 3, texts: ['done u0-1'] });
    expect(checkInputs(disks, made, ['u0-1'], false)).toHaveLength(2);
  });
});

it('a schedule follows from its seed, and its first storm has every kind', () => {
  const options: ChaosOptions = { seed: 7, size: 5, seconds: 60, roundTime: 1000, userPort: 1, peerPort: 2, users: 3, everyMs: 100 };
  const make = (seed: number) => makeSchedule(options, FAULT_KINDS, new Random(seed));
  expect(make(7)).toEqual(make(7));
  expect(make(8)).not.toEqual(make(7));
  expect(new Set(make(7)[0]!.faults.map(({ kind }) => kind))).toEqual(new Set(FAULT_KINDS));
});
