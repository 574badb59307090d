import { expect, it } from 'vitest';
import { GENESIS, primaryShardId } from '../../../src/hotpocket/ledger';
import { makeClosing } from '../../../src/node/consensus/closing';
import type { PeerMessage } from '../../../src/node/mesh/messages';
import { Syncer } from '../../../src/node/sync/syncer';
import { serveLedgers, type LedgerRequest } from '../../../src/node/sync/ledgerSync';
import { encodeManifest, manifestHash } from '../../../src/node/state/manifest';
import { ManualClock } from '../../support/manualClock';
import { noteLine } from '../../support/said';
import { proposal } from './support/proposals';

const theirs = makeClosing(GENESIS, [proposal({ stage: 3, last: GENESIS, time: 2_000 })], []);
const shard = primaryShardId(theirs.ledger);
const state = 'ab'.repeat(32);
const block = 'cd'.repeat(32);
const chainOf = (closings: readonly (typeof theirs)[]) => ({ last: closings.at(-1)?.ledger ?? GENESIS, entry: (n: number) => closings[n - 1], closing: (n: number) => closings[n - 1] });

function start(apply: () => Promise<boolean> = () => Promise.resolve(true)) {
  const clock = new ManualClock();
  const sent: PeerMessage[] = [];
  const lines: string[] = [];
  const synced: unknown[] = [];
  const syncer = new Syncer({
    clock, chain: chainOf([]), peers: () => ['ed01', 'ed02'], roundTime: () => 2_000,
    state: { plan: () => ({ missing: [{ hash: block, index: 0 }] }), putBlock: (_hash, _index, bytes) => bytes.length > 0, apply },
    send: (_, message) => void sent.push(message),
    log: (line, level = 'inf') => {
      lines.push(line);
      noteLine(`${level} ${line}`);
    },
    ledgersSynced: (result) => void synced.push(result), patchSynced: () => Promise.resolve(), stateSynced: () => undefined, ended: () => undefined,
  });
  return { syncer, sent, lines, synced, clock };
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

it('says when what is wanted changes, and when nobody has it', () => {
  const { syncer, lines, clock } = start();
  syncer.setTargets({ state });
  syncer.setTargets({ state: 'ef'.repeat(32) });
  expect(lines.at(-1)).toBe('Hpfs cont sync: Target updated. New hash:efefefef /state');
  for (let i = 0; i < 20; i++) clock.advance(334);
  expect(lines).toHaveLength(2);
  clock.advance(334);
  expect(lines.at(-1)).toBe('Hpfs cont sync: All targets abandoned due to resubmission threshold.');
});

it('says who answers with what is not wanted, and why a state could not be put in place', async () => {
  const { syncer, lines } = start(() => Promise.reject(new Error('no space')));
  const entries = [{ path: '', type: 'dir', mode: 0o40755 } as const];
  const hash = manifestHash(entries)!;
  const content = encodeManifest({ hash, entries });
  syncer.setTargets({ state: hash });
  syncer.accept({ type: 'manifest', hash, from: 5, total: 10, content: Buffer.from('x') }, 'ed0123456789');
  expect(lines.at(-1)).toBe('Hpfs cont sync: Skipping mismatched fs entries response from [01234567] for /state');
  syncer.accept({ type: 'manifest', hash, from: 0, total: content.length, content }, 'ed01');
  syncer.accept({ type: 'block', hash: block, content: Buffer.alloc(0) }, 'ed0123456789');
  expect(lines.at(-1)).toBe('Hpfs cont sync: Skipping mismatched block response from [01234567] for block_id:cdcdcdcd (len:0) of /state');
  syncer.accept({ type: 'block', hash: block, content: Buffer.from('x') }, 'ed01');
  await expect.poll(() => lines.at(-1)).toBe('Hpfs cont sync: Hash check error. /state (no space)');
  syncer.close();
});
