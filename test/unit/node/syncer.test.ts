import { expect, it } from 'vitest';
import { GENESIS, primaryShardId } from '../../../src/hotpocket/ledger';
import { makeClosing } from '../../../src/node/consensus/closing';
import type { PeerMessage } from '../../../src/node/mesh/messages';
import { Syncer } from '../../../src/node/sync/syncer';
import { serveLedgers, type LedgerRequest } from '../../../src/node/sync/ledgerSync';
import { ManualClock } from '../../support/manualClock';
import { proposal } from './support/proposals';

const theirs = makeClosing(GENESIS, [proposal({ stage: 3, last: GENESIS, time: 2_000 })], []);
const shard = primaryShardId(theirs.ledger);
const state = 'ab'.repeat(32);
const chainOf = (closings: readonly (typeof theirs)[]) => ({ last: closings.at(-1)?.ledger ?? GENESIS, entry: (n: number) => closings[n - 1], closing: (n: number) => closings[n - 1] });

function start() {
  const sent: PeerMessage[] = [];
  const lines: string[] = [];
  const synced: unknown[] = [];
  const syncer = new Syncer({
    clock: new ManualClock(), chain: chainOf([]), peers: () => ['ed01', 'ed02'], roundTime: () => 2_000,
    state: { plan: () => ({ missing: [] }), putBlock: () => true, apply: () => Promise.resolve(true) },
    send: (_, message) => void sent.push(message),
    log: (line) => void lines.push(line),
    ledgersSynced: (result) => void synced.push(result), patchSynced: () => Promise.resolve(), stateSynced: () => undefined, ended: () => undefined,
  });
  return { syncer, sent, lines, synced };
}

it('asks for ledgers first, and then for the state', () => {
  const { syncer, sent, lines } = start();
  syncer.setTargets({ ledger: { shard, seqNo: 1 }, state });
  expect(sent.map((m) => m.type)).toEqual(['ledgerRequest']);
  expect(lines).toEqual([`Hpfs ldgr sync: Target added. Hash:${shard.hash.slice(0, 8)} /primary/0`, 'Hpfs cont sync: Target added. Hash:abababab /state']);
  syncer.close();
});

it('asks for the state first if no threshold of nodes stands on the ledger', () => {
  const { syncer, sent } = start();
  syncer.setTargets({ ledger: { shard, seqNo: 1, proven: true }, state });
  expect(sent.map((m) => m.type)).toEqual(['manifestRequest']);
  syncer.close();
});

it('asks the next peer when a proof is needed and missing', async () => {
  const { syncer, sent, lines, synced } = start();
  syncer.setTargets({ ledger: { shard, seqNo: 1, proven: true } });
  const { closing, ...unproven } = serveLedgers(chainOf([theirs]), sent[0] as PeerMessage & LedgerRequest)!;
  const answer = (more: object): PeerMessage => ({ type: 'ledgerResponse', ...unproven, ...more } as PeerMessage);
  syncer.accept(answer({}), 'ed01');
  expect(lines.at(-1)).toBe('Hpfs ldgr sync: Skipping mismatched hashmap response from [01] for /primary/0');
  expect(sent.length).toBe(2);
  syncer.accept(answer({ closing }), 'ed02');
  await expect.poll(() => synced.length).toBe(1);
  expect(lines.at(-1)).toBe(`Hpfs ldgr sync: Achieved target:${shard.hash.slice(0, 8)} /primary/0`);
  syncer.close();
});
