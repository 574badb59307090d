import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BLOCK_SIZE, blockHash } from '../../../src/hotpocket/stateHash';
import { BlockStore } from '../../../src/node/state/blocks';
import { lay } from '../../../src/node/state/lay';
import { manifestHash } from '../../../src/node/state/manifest';
import { finish } from '../../../src/node/state/steps';
import { StateStore } from '../../../src/node/state/store';
import { StateTree } from '../../../src/node/state/tree';
import type { Manifest } from '../../../src/node/state/types';
import { randomGenerator } from '../../support/random';
import { allModes, listing, newFolder, randomChange, referenceStateHash } from './stateSupport';

let home: string;
let store: StateStore;
let peer: StateStore;
let peerFs: string;
const state = (...names: string[]): string => join(home, 'contract_fs', 'seed', 'state', ...names);
const peerState = (...names: string[]): string => join(peerFs, 'seed', 'state', ...names);

function put(path: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(join(state(path), '..'), { recursive: true });
  writeFileSync(state(path), content);
  chmodSync(state(path), mode);
}

beforeEach(() => {
  home = newFolder();
  peerFs = join(home, 'peer');
  store = StateStore.open(join(home, 'contract_fs'));
  peer = StateStore.open(peerFs);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function kept(): Promise<Manifest> {
  store.scan();
  return store.keep();
}
async function sync(manifest: Manifest): Promise<number> {
  const { missing } = peer.plan(manifest);
  for (const { hash, index, length } of missing) {
    const bytes = store.block(hash);
    expect(bytes?.length).toBe(length);
    expect(peer.putBlock(hash, index, bytes ?? Buffer.alloc(0))).toBe(true);
  }
  expect(peer.plan(manifest).missing).toEqual([]);
  expect(await peer.apply(manifest)).toBe(true);
  return missing.length;
}
it('a state from a peer is applied, kept and served on', async () => {
  put('a.txt', 'hello');
  put('big', Buffer.alloc(BLOCK_SIZE + 1, 'x'), 0o600);
  put('empty/ä', '');
  const manifest = await kept();
  expect(await sync(manifest)).toBe(3);
  expect(listing(peerState())).toEqual(listing(state()));
  expect(peer.scan()).toEqual({ hash: manifest.hash, changed: 0 });
  expect(peer.manifest(manifest.hash)).toEqual(manifest);
});

it('asks only for what is not here, in files or blocks', async () => {
  put('a', 'same');
  put('dir/b', 'changes');
  put('big', Buffer.alloc(2 * BLOCK_SIZE, 'x'));
  await sync(await kept());
  renameSync(state('a'), state('dir/moved'));
  put('dir/b', 'changed');
  const big = readFileSync(state('big'));
  big[BLOCK_SIZE] = 0;
  put('big', big);
  const manifest = await kept();
  expect(peer.plan(manifest).missing.map(({ index, length }) => [index, length])).toEqual([[1, BLOCK_SIZE], [0, 7]]);
  await sync(manifest);
  expect(listing(peerState())).toEqual(listing(state()));
});

it('uses live blocks that were never kept', async () => {
  put('a', 'first');
  put('b', 'second');
  const manifest = await kept();
  // The other node has the contents swapped, and under other names, but nothing stored.
  writeFileSync(peerState('a'), 'second');
  writeFileSync(peerState('x'), 'first');
  expect(await sync(manifest)).toBe(0);
  expect(listing(peerState())).toEqual(listing(state()));
});

it('is refused with blocks missing, wrong blocks, a wrong hash or wrong sizes, and then nothing is touched', async () => {
  put('a', 'hello');
  put('b', 'bytes');
  const manifest = await kept();
  writeFileSync(peerState('mine'), 'm');
  const before = listing(peerState());
  expect(await peer.apply(manifest)).toBe(false);
  const [first, second] = peer.plan(manifest).missing;
  if (!first || !second) throw new Error('two blocks are missing');
  expect(peer.putBlock(first.hash, 0, Buffer.from('hellO'))).toBe(false);
  expect(peer.putBlock(first.hash, 1, Buffer.from('hello'))).toBe(false);
  expect(peer.putBlock(first.hash, 0, Buffer.from('hello'))).toBe(true);
  expect(await peer.apply(manifest)).toBe(false);
  expect(peer.plan(manifest).missing).toEqual([second]);
  expect(peer.putBlock(second.hash, 0, Buffer.from('bytes'))).toBe(true);
  expect(await peer.apply({ ...manifest, hash: 'ab'.repeat(32) })).toBe(false);
  const lie = manifest.entries.map((entry) => (entry.type === 'file' ? { ...entry, size: entry.size + 1 } : entry));
  expect(manifestHash(lie)).toBe(manifest.hash);
  expect(await peer.apply({ ...manifest, entries: lie })).toBe(false);
  expect(listing(peerState())).toEqual(before);
  expect(await peer.apply(manifest)).toBe(true);
  expect(listing(peerState())).toEqual(listing(state()));
});

it('can be taken up again after a crash', async () => {
  put('a', 'hello');
  const manifest = await kept();
  peer.putBlock(blockHash(0, Buffer.from('hello')), 0, Buffer.from('hello'));
  peer = StateStore.open(peerFs);
  expect(await sync(manifest)).toBe(0);
});

it('does not lose blocks to a keep in between, and gives up those of a state nobody wants any more', async () => {
  put('a', 'hello');
  put('b', 'there');
  const manifest = await kept();
  peer.plan(manifest);
  peer.putBlock(blockHash(0, Buffer.from('hello')), 0, Buffer.from('hello'));
  writeFileSync(peerState('mine'), 'm');
  peer.scan();
  await peer.keep();
  expect(peer.plan(manifest).missing).toHaveLength(1);
  peer.plan({ hash: '', entries: [] });
  writeFileSync(peerState('mine'), 'n');
  peer.scan();
  await peer.keep();
  expect(readdirSync(join(peerFs, 'blocks'), { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 64)).toHaveLength(2);
});

it.each([11, 12, 13, 14])('replaces any other state (seed %i)', async (seed) => {
  const next = randomGenerator(seed);
  for (let round = 0; round < 6; round++) {
    for (let n = 0; n < 30; n++) randomChange(state(), next, allModes);
    for (let n = 0; n < 30; n++) randomChange(peerState(), next, allModes);
    const manifest = await kept();
    await sync(manifest);
    expect(listing(peerState())).toEqual(listing(state()));
    expect(peer.scan().hash).toBe(referenceStateHash(peerState()));
  }
});

it('with the blocks of a file in another order has the same hash, and is refused', async () => {
  put('big', Buffer.concat([Buffer.alloc(BLOCK_SIZE, 'x'), Buffer.alloc(BLOCK_SIZE, 'y')]));
  const manifest = await kept();
  const wrong = manifest.entries.map((entry) => (entry.type === 'file' ? { ...entry, blocks: [...entry.blocks].reverse() } : entry));
  expect(manifestHash(wrong)).toBe(manifest.hash);
  for (const { hash, index } of peer.plan(manifest).missing) peer.putBlock(hash, index, store.block(hash) ?? Buffer.alloc(0));
  const before = listing(peerState());
  expect(await peer.apply({ ...manifest, entries: wrong })).toBe(false);
  expect(listing(peerState())).toEqual(before);
});

it.each([true, false])('cut short after any step leaves a hash that is neither, and can be taken up again (a new content: %s)', async (withNew) => {
  put('a', '1');
  put('b', '2');
  put('c', '3');
  put('d', '4');
  const before = await kept();
  await sync(before);
  // Contents that change places leave the hash as it is. So with the new `a` alone, or with one of two exchanges, only the
  // mark can tell that this is not finished.
  if (withNew) put('a', 'new');
  put('b', '3');
  put('c', '2');
  if (!withNew) put('a', '4');
  if (!withNew) put('d', '1');
  const after = await kept();
  for (const { hash, index } of peer.plan(after).missing) peer.putBlock(hash, index, store.block(hash) ?? Buffer.alloc(0));
  const blocks = new BlockStore(join(peerFs, 'blocks'));
  const untouched = listing(peerState());
  let cuts = 0;
  for (let done = false, stop = 1; !done; stop++) {
    const tree = new StateTree(Buffer.from(peerState()));
    finish(tree.scan());
    const steps = lay(tree, after.entries, (hash) => blocks.get(hash), { modeOf: (entry) => entry.mode, strict: false });
    for (let i = 0; i < stop && !done; i++) done = steps.next().done === true;
    if (done || JSON.stringify(listing(peerState())) === JSON.stringify(untouched)) continue;
    cuts++;
    expect([before.hash, after.hash]).not.toContain(referenceStateHash(peerState()));
    expect(peer.restore(before.hash)).toBe(true);
    expect(listing(peerState())).toEqual(untouched);
  }
  expect(cuts).toBeGreaterThan(2);
  expect(listing(peerState())).toEqual(listing(state()));
});
