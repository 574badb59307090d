import { describe, expect, it } from 'vitest';
import { GENESIS, primaryShardId, type Ledger } from '../../../src/hotpocket/ledger';
import { makeClosing } from '../../../src/node/consensus/closing';
import type { Closing } from '../../../src/node/consensus/types';
import { LedgerFetch, makeLocator, serveLedgers, type LedgerChain } from '../../../src/node/sync/ledgerSync';
import { proposal } from './support/proposals';

function grow(from: Closing[], count: number, salt = 0): Closing[] {
  const chain = [...from];
  for (let i = 0; i < count; i++) {
    const last: Ledger = chain.at(-1)?.ledger ?? GENESIS;
    chain.push(makeClosing(last, [proposal({ stage: 3, last, time: last.time + 2_000 + salt })], []));
  }
  return chain;
}

const chainOf = (closings: readonly Closing[]): LedgerChain => ({
  last: closings.at(-1)?.ledger ?? GENESIS,
  entry: (seqNo) => closings[seqNo - 1],
  closing: (seqNo) => closings[seqNo - 1],
});

/** Asks until the target is reached; how often is part of the result. */
function catchUp(mine: readonly Closing[], others: readonly Closing[] | LedgerChain) {
  const theirs = 'last' in others ? others : chainOf(others);
  const target = theirs.last;
  const fetch = new LedgerFetch(chainOf(mine), primaryShardId(target).hash, target.seqNo);
  for (let asked = 1; ; asked++) {
    const response = serveLedgers(theirs, fetch.request());
    if (!response) return undefined;
    const result = fetch.accept(response);
    if (result === 'bad') return 'bad';
    if (result !== 'more') return { ...result, asked };
  }
}

const common = grow([], 20);

describe('catching up with ledgers', () => {
  it('fetches what is missing', () => {
    const theirs = grow(common, 5);
    expect(catchUp(common, theirs)).toMatchObject({ after: 20, asked: 1, entries: theirs.slice(20).map(({ ledger }) => ({ ledger })) });
    expect(catchUp([], theirs)).toMatchObject({ after: 0, asked: 1 });
  });

  it('brings proof and inputs of the last one along', () => {
    for (const missing of [1, 2]) {
      const theirs = grow(common, missing);
      expect(catchUp(common, theirs)).toMatchObject({ closing: theirs.at(-1) });
    }
  });

  it('asks elsewhere if a proof is needed and not here', () => {
    const theirs = grow(common, 1);
    const fetch = new LedgerFetch(chainOf(common), primaryShardId(theirs.at(-1)!.ledger).hash, 21, true);
    const { closing, ...unproven } = serveLedgers(chainOf(theirs), fetch.request())!;
    expect(fetch.accept(unproven)).toBe('bad');
    expect(fetch.accept({ ...unproven, ...(closing ? { closing } : {}) })).toMatchObject({ closing: theirs.at(-1) });
  });

  it('goes back to where two histories part', () => {
    const theirs = grow(common, 4);
    expect(catchUp(grow(common, 7, 1), theirs)).toMatchObject({ after: 20 });
    // Beyond the last few, the points that are offered lie apart: a little more than what differs is fetched.
    const long = grow(common, 60, 1);
    const result = catchUp(long, theirs);
    expect(result).toMatchObject({ entries: expect.arrayContaining([expect.objectContaining({ ledger: theirs.at(-1)!.ledger })]) as unknown });
    expect((result as { after: number }).after).toBeLessThanOrEqual(20);
  });

  it('takes long histories in pages', () => {
    const theirs = grow(common, 2_500);
    const result = catchUp(common, theirs);
    expect(result).toMatchObject({ after: 20, asked: 3 });
    expect((result as { entries: readonly unknown[] }).entries.length).toBe(2_500);
  });

  it('offers few points of a long history, genesis last', () => {
    const locator = makeLocator(chainOf(grow(common, 1_000)));
    expect(locator.length).toBeLessThan(25);
    expect(locator[0]?.seqNo).toBe(1_020);
    expect(locator.at(-1)).toEqual({ seqNo: 0, hash: GENESIS.hash });
  });

  it('refuses ledgers that are not what the target says', () => {
    const theirs = grow(common, 3);
    const target = primaryShardId(theirs.at(-1)!.ledger).hash;
    const attempt = (change: (entries: Closing[]) => Closing[]): unknown => {
      const fetch = new LedgerFetch(chainOf(common), target, 23);
      return fetch.accept({ target, after: 20, entries: change(theirs.slice(20)) });
    };
    expect(attempt((e) => e)).toMatchObject({ after: 20 });
    expect(attempt(() => [])).toBe('bad');
    expect(attempt((e) => [e[1]!, e[0]!, e[2]!])).toBe('bad');
    expect(attempt((e) => e.map((c) => ({ ...c, users: [proposal().pubkey] })))).toBe('bad');
    expect(attempt((e) => e.map((c) => ({ ...c, ledger: { ...c.ledger, stateHash: '99'.repeat(32) } })))).toBe('bad');
    // Whole and valid, but another history.
    expect(attempt(() => grow(common, 3, 5).slice(20))).toBe('bad');
  });

  it('begins with what is left of a history whose first ledgers were dropped', () => {
    const theirs = grow(common, 2_000);
    const short: LedgerChain = { ...chainOf(theirs), oldest: 1_001, entry: (seqNo) => (seqNo > 1_000 ? theirs[seqNo - 1] : undefined) };
    for (const mine of [[], common, grow(common, 30, 1)]) {
      expect(catchUp(mine, short)).toMatchObject({ after: 1_000, base: true, asked: 2, entries: { length: 1_020 } });
    }
    // Whoever still shares one of them goes on from there.
    expect(catchUp(theirs.slice(0, 1_500), short)).toMatchObject({ after: 1_500, base: false });
    // Nothing but the target says that these are the right ones.
    const target = theirs.at(-1)!.ledger;
    const fetch = new LedgerFetch(chainOf(common), primaryShardId(target).hash, target.seqNo);
    const other = grow(common, 2_000, 9);
    expect(fetch.accept({ target: primaryShardId(target).hash, after: 1_020, base: true, entries: other.slice(1_020) })).toBe('bad');
  });

  it('asks nobody who does not have the target', () => {
    expect(serveLedgers(chainOf(common), { target: primaryShardId(grow(common, 1).at(-1)!.ledger).hash, targetSeqNo: 21, locator: [] })).toBeUndefined();
  });
});
