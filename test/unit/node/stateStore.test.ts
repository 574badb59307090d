import {
  appendFileSync, chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BLOCK_SIZE, blockHash } from '../../../src/hotpocket/stateHash';
import { manifestHash } from '../../../src/node/state/manifest';
import { StateStore } from '../../../src/node/state/store';
import type { Manifest } from '../../../src/node/state/types';
import { randomGenerator } from '../../support/random';
import { listing, newFolder, randomChange, referenceStateHash } from './stateSupport';

let home: string;
let contractFs: string;
let store: StateStore;
const state = (...names: string[]): string => join(contractFs, 'seed', 'state', ...names);
const blockFiles = (fs = contractFs): string[] => readdirSync(join(fs, 'blocks'), { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 64).map((name) => name.slice(3));
const blockPath = (hash: string): string => join(contractFs, 'blocks', hash.slice(0, 2), hash);
const manifests = (): string[] => readdirSync(join(contractFs, 'manifests'));
const allModes = { file: [0o644, 0o755, 0o600, 0o000], dir: [0o755, 0o700, 0o500, 0o000] };

function put(path: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(join(state(path), '..'), { recursive: true });
  writeFileSync(state(path), content);
  chmodSync(state(path), mode);
}

beforeEach(() => {
  home = newFolder();
  contractFs = join(home, 'contract_fs');
  store = StateStore.open(contractFs);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function code(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error;
}

describe('keep and restore', () => {
  it('brings back contents, names, modes and folders, and removes what was added', async () => {
    put('a.txt', 'hello');
    put('sub/b.js', 'x', 0o755);
    put('gone/deep/c', 'c');
    const { hash } = store.scan();
    expect((await store.keep()).hash).toBe(hash);
    const before = listing(state());
    put('a.txt', 'changed');
    chmodSync(state('sub/b.js'), 0o600);
    chmodSync(state('sub'), 0o700);
    rmSync(state('gone'), { recursive: true });
    put('gone', 'a file now');
    put('new/d', 'd');
    expect(store.scan().hash).not.toBe(hash);
    expect(store.restore(hash)).toBe(true);
    expect(listing(state())).toEqual(before);
    expect(store.scan()).toEqual({ hash, changed: 0 });
  });

  it('sees what the hash can not: contents that changed places', async () => {
    put('a', '1');
    put('b', '2');
    const { hash } = store.scan();
    await store.keep();
    put('a', '2');
    put('b', '1');
    expect(store.scan().hash).toBe(hash);
    expect(store.restore(hash)).toBe(true);
    expect(readFileSync(state('a'), 'utf8')).toBe('1');
    put('a', '2');
    put('b', '1');
    store.scan();
    await store.keep();
    put('a', '3');
    expect(store.restore(hash)).toBe(true);
    expect(readFileSync(state('a'), 'utf8')).toBe('2');
  });

  it('touches only what differs', async () => {
    put('a', '1');
    put('b', '2');
    const { hash } = store.scan();
    await store.keep();
    const { ino, ctimeMs } = statSync(state('b'));
    put('a', 'x');
    store.restore(hash);
    expect(statSync(state('b'))).toMatchObject({ ino, ctimeMs });
  });

  it('writes only the changed block of a long file', async () => {
    const content = Buffer.alloc(BLOCK_SIZE * 2 + 5, 'ab');
    put('db', content, 0o444);
    const { hash } = store.scan();
    await store.keep();
    const { ino } = statSync(state('db'));
    chmodSync(state('db'), 0o600);
    appendFileSync(state('db'), Buffer.alloc(BLOCK_SIZE, 'tail'));
    expect(store.restore(hash)).toBe(true);
    expect(readFileSync(state('db')).equals(content)).toBe(true);
    expect(statSync(state('db'))).toMatchObject({ ino, mode: 0o100444 });
    truncateSync(state('db'), 10);
    expect(store.restore(hash)).toBe(true);
    expect(readFileSync(state('db')).equals(content)).toBe(true);
  });

  it('does not write through a hard link', async () => {
    const content = Buffer.alloc(BLOCK_SIZE + 5, 'ab');
    put('db', content);
    put('mode', 'm');
    const { hash } = store.scan();
    await store.keep();
    const outside = join(home, 'outside');
    linkSync(state('db'), outside);
    linkSync(state('mode'), `${outside}2`);
    appendFileSync(state('db'), 'more');
    chmodSync(state('mode'), 0o600);
    expect(store.restore(hash)).toBe(true);
    expect(statSync(outside).size).toBe(content.length + 4);
    expect(statSync(`${outside}2`).mode).toBe(0o100600);
  });

  it('does not follow a link that took the place of a file or folder', async () => {
    put('a', '1');
    put('dir/b', '2');
    const { hash } = store.scan();
    await store.keep();
    const outside = join(home, 'outside');
    mkdirSync(outside);
    rmSync(state('a'));
    symlinkSync(join(outside, 'new'), state('a'));
    rmSync(state('dir'), { recursive: true });
    symlinkSync(outside, state('dir'));
    symlinkSync(outside, state('other'));
    expect(store.restore(hash)).toBe(true);
    expect(readdirSync(outside)).toEqual([]);
    expect(lstatSync(state('dir')).isDirectory()).toBe(true);
    // Links that are not in the way may have come with the contract, and are no part of the state.
    expect(lstatSync(state('other')).isSymbolicLink()).toBe(true);
  });

  it('knows nothing of states that were never kept', () => {
    put('a', '1');
    expect(store.restore(store.scan().hash)).toBe(false);
    expect(store.restore('ff')).toBe(false);
  });

  it('makes the state folder again if it is gone', async () => {
    put('a', '1');
    const { hash } = store.scan();
    await store.keep();
    rmSync(state(), { recursive: true });
    expect(() => store.scan()).toThrow(expect.objectContaining({ code: 'STATE_IO' }));
    expect(store.restore(hash)).toBe(true);
    expect(referenceStateHash(state())).toBe(hash);
  });

  it('works after the store was opened again', async () => {
    put('a', '1');
    put('b/ü', Buffer.alloc(5_000_000, 'x'));
    const { hash } = store.scan();
    await store.keep();
    put('a', '2');
    store = StateStore.open(contractFs);
    expect(store.restore(hash)).toBe(true);
    expect(store.scan().hash).toBe(hash);
  });

  it('gives new files to the owner of the state folder', async () => {
    if (process.geteuid?.() !== 0) return;
    put('dir/a', '1');
    const { hash } = store.scan();
    await store.keep();
    rmSync(state('dir'), { recursive: true });
    chownSync(state(), 1234, 2345);
    expect(store.restore(hash)).toBe(true);
    for (const path of [state('dir'), state('dir/a')]) expect(statSync(path)).toMatchObject({ uid: 1234, gid: 2345 });
  });
});

describe('keep', () => {
  it('does nothing if nothing changed', async () => {
    put('a', '1');
    store.scan();
    const kept = await store.keep();
    const { ino } = statSync(join(contractFs, 'manifests', kept.hash));
    store.scan();
    expect(await store.keep()).toBe(kept);
    expect(statSync(join(contractFs, 'manifests', kept.hash)).ino).toBe(ino);
  });

  it('retains the last states and drops what only older ones need', async () => {
    const hashes: string[] = [];
    for (let i = 0; i < 5; i++) {
      put('changing', `content ${i}`);
      put('constant', 'always');
      hashes.push(store.scan().hash);
      await store.keep();
    }
    const block = (text: string): string => blockHash(0, Buffer.from(text));
    expect(manifests().sort()).toEqual(hashes.slice(2).sort());
    expect(blockFiles().sort()).toEqual([block('always'), ...[2, 3, 4].map((i) => block(`content ${i}`))].sort());
    expect(hashes.map((hash) => store.manifest(hash) !== undefined)).toEqual([false, false, true, true, true]);
    store = StateStore.open(contractFs, { retain: 0 });
    expect(manifests()).toEqual([hashes[4]]);
    await store.keep();
    expect(blockFiles().sort()).toEqual([block('always'), block('content 4')].sort());
    expect(store.restore(hashes[4] ?? '')).toBe(true);
  });

  it('counts a state that comes again as the newest', async () => {
    const hashes = [];
    for (const content of ['1', '2', '1', '3', '4']) {
      put('a', content);
      hashes.push(store.scan().hash);
      await store.keep();
    }
    expect(hashes.map((hash) => store.manifest(hash) !== undefined)).toEqual([true, false, true, true, true]);
    expect(StateStore.open(contractFs, { retain: 2 }).manifest(hashes[0] ?? '')).toBeDefined();
  });

  it('rejects if a file is not as it was scanned, and is right after the next scan', async () => {
    put('a', '1');
    put('b', '2');
    store.scan();
    put('b', '3');
    expect(await store.keep().catch(code)).toBe('STATE_CHANGED');
    rmSync(state('a'));
    expect(await store.keep().catch(code)).toBe('STATE_CHANGED');
    const { hash } = store.scan();
    expect((await store.keep()).hash).toBe(hash);
    expect(manifests()).toEqual([hash]);
  });

  it('is finished before a restore and before the next keep', async () => {
    for (let i = 0; i < 600; i++) put(`many/${i}`, `file ${i}`);
    const { hash } = store.scan();
    const first = store.keep();
    expect(manifests()).toEqual([]);
    rmSync(state('many'), { recursive: true });
    put('many', 'x');
    // What was not read in time is not made up.
    expect(store.restore(hash)).toBe(false);
    expect(await first.catch(code)).toBe('STATE_CHANGED');

    rmSync(state('many'));
    for (let i = 0; i < 600; i++) put(`many/${i}`, `file ${i}`);
    store.scan();
    const second = store.keep();
    const third = store.keep();
    expect(store.restore(hash)).toBe(true);
    expect(await second).toEqual(await third);
  });

  it('leaves no temporary file when the disk refuses', async () => {
    put('a', '1');
    const { hash } = store.scan();
    const folder = join(contractFs, 'blocks', blockHash(0, Buffer.from('1')).slice(0, 2));
    writeFileSync(folder, 'in the way');
    expect(await store.keep().catch(code)).toBe('STATE_IO');
    expect(readdirSync(join(contractFs, 'blocks', 'tmp'))).toEqual([]);
    rmSync(folder);
    await store.keep();
    expect(store.restore(hash)).toBe(true);
  });
});

describe('what is on disk', () => {
  it('is not trusted: a damaged block is not used, and stored again from the file', async () => {
    put('a', 'hello');
    put('b', 'other');
    const { hash } = store.scan();
    await store.keep();
    const a = blockHash(0, Buffer.from('hello'));
    for (const damage of [Buffer.alloc(0), Buffer.alloc(13), readFileSync(blockPath(a)).subarray(0, 10)]) {
      writeFileSync(blockPath(a), damage);
      expect(store.block(a)?.toString()).toBe('hello');
    }
    writeFileSync(blockPath(a), 'damaged');
    put('b', 'changed');
    put('a', 'changed too');
    const before = listing(state());
    expect(store.restore(hash)).toBe(false);
    expect(listing(state())).toEqual(before);
    expect(existsSync(blockPath(a))).toBe(false);
  });

  it('is proven at the first keep of a new process', async () => {
    put('a', 'hello');
    const { hash } = store.scan();
    await store.keep();
    writeFileSync(blockPath(blockHash(0, Buffer.from('hello'))), 'half');
    store = StateStore.open(contractFs);
    store.scan();
    await store.keep();
    put('a', 'x');
    expect(store.restore(hash)).toBe(true);
  });

  it('may hold rests of a crash, which are removed', async () => {
    put('a', 'hello');
    const { hash } = store.scan();
    await store.keep();
    writeFileSync(join(contractFs, 'blocks', 'tmp', 'block'), 'half');
    writeFileSync(join(contractFs, 'manifests', 'new'), '[["",16877]');
    writeFileSync(join(contractFs, 'manifests', 'ab'.repeat(32)), '[["",16877]]');
    mkdirSync(join(contractFs, 'blocks', 'zz'));
    store = StateStore.open(contractFs);
    expect(readdirSync(join(contractFs, 'blocks', 'tmp'))).toEqual([]);
    expect(manifests()).toEqual([hash]);
    expect(store.manifest(hash)?.entries.map((entry) => entry.path)).toEqual(['', 'a']);
  });
});

describe('a state from a peer', () => {
  let peerFs: string;
  let peer: StateStore;
  beforeEach(() => {
    peerFs = join(home, 'peer');
    peer = StateStore.open(peerFs);
  });

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
  const peerState = (...names: string[]): string => join(peerFs, 'seed', 'state', ...names);

  it('is applied, kept and served on', async () => {
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
    expect(blockFiles(peerFs)).toHaveLength(2);
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
});

it.each([21, 22, 23, 24])('any kept state comes back (seed %i)', async (seed) => {
  const next = randomGenerator(seed);
  const kept: { hash: string; files: Record<string, string> }[] = [];
  for (let round = 0; round < 10; round++) {
    for (let n = 0; n < 12; n++) randomChange(state(), next, allModes);
    const { hash } = store.scan();
    kept.push({ hash, files: listing(state()) });
    await store.keep();
    if (next(3) === 0) store = StateStore.open(contractFs);
    for (let n = 0; n < 12; n++) randomChange(state(), next, allModes);
    const target = kept.slice(-3)[next(Math.min(3, kept.length))];
    if (!target) throw new Error('nothing was kept');
    // A later state with the same hash takes its place.
    const expected = kept.filter(({ hash }) => hash === target.hash).at(-1);
    expect(store.restore(target.hash)).toBe(true);
    expect(listing(state())).toEqual(expected?.files);
    expect(referenceStateHash(state())).toBe(target.hash);
  }
});

it('reads a file again that only looks unchanged', async () => {
  put('a', '1');
  const { atime, mtime } = statSync(state('a'));
  const { hash } = store.scan();
  await store.keep();
  put('a', '2');
  utimesSync(state('a'), atime, mtime);
  expect(store.restore(hash)).toBe(true);
  expect(readFileSync(state('a'), 'utf8')).toBe('1');
});
