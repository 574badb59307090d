import { describe, expect, it } from 'vitest';
import { ZERO_HASH } from '../../../src/hotpocket/hash';
import { followsFrom, GENESIS, makeLedger, primaryShardId, shardOf } from '../../../src/hotpocket/ledger';

const content = { time: 1_700_000_000_000, stateHash: '02'.repeat(32), configHash: '03'.repeat(32), nonce: '01'.repeat(32), users: [], inputHashes: [], outputHash: ZERO_HASH };

describe('a ledger', () => {
  it('hashes as on the real engine (reference 4.1)', () => {
    const ledger = makeLedger(GENESIS, content);
    expect(ledger.dataHash).toBe('15e2c1b48bdc59bd6712f484f00154a83454c316e9fc830b6e476184bc678044');
    expect(ledger.hash).toBe('c8dae9f49dbec17663543399776ade9d8bf86ca6b2e750425e204c3c1d3f71af');
    expect(ledger).toMatchObject({ seqNo: 1, prevHash: ZERO_HASH, userHash: ZERO_HASH, inputHash: ZERO_HASH });
  });

  it('follows from its predecessor, and no changed one does', () => {
    const first = makeLedger(GENESIS, content);
    const second = makeLedger(first, { ...content, time: content.time + 2_000, users: [`ed${'11'.repeat(32)}`] });
    expect(followsFrom(first, second)).toBe(true);
    expect(followsFrom(GENESIS, second)).toBe(false);
    for (const change of [{ time: 1 }, { stateHash: ZERO_HASH }, { configHash: ZERO_HASH }, { nonce: ZERO_HASH }, { userHash: ZERO_HASH }, { inputHash: '05'.repeat(32) }, { outputHash: '05'.repeat(32) }, { seqNo: 3 }, { hash: ZERO_HASH }, { dataHash: ZERO_HASH }, { prevHash: ZERO_HASH }]) {
      expect(followsFrom(first, { ...second, ...change }), JSON.stringify(change)).toBe(false);
    }
  });

  it('gives the shard its id', () => {
    const first = makeLedger(GENESIS, content);
    expect(primaryShardId(GENESIS)).toEqual({ seqNo: 0, hash: ZERO_HASH });
    expect(primaryShardId(first).seqNo).toBe(0);
    expect(primaryShardId(first).hash).not.toBe(primaryShardId(makeLedger(first, content)).hash);
    expect([1, 4096, 4097, 8193].map((seqNo) => shardOf(seqNo, 4096))).toEqual([0, 0, 1, 2]);
  });
});
