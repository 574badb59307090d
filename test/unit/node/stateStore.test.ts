import {
  appendFileSync, chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BLOCK_SIZE, blockHash } from '../../../src/hotpocket/stateHash';
import { StateStore } from '../../../src/node/state/store';
import { randomGenerator } from '../../support/random';
import { allModes, codeOf, listing, newFolder, randomChange, referenceStateHash } from './stateSupport';

let home: string;
let contractFs: string;
let store: StateStore;
const state = (...names: string[]): string => join(contractFs, 'seed', 'state', ...names);
const blockFiles = (): string[] => readdirSync(join(contractFs, 'blocks'), { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 64).map((name) => name.slice(3));
const blockPath = (hash: string): string => join(contractFs, 'blocks', hash.slice(0, 2), hash);
const manifests = (): string[] => readdirSync(join(contractFs, 'manifests')).filter((name) => name !== 'order');

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

  it('says what a scan had to do', async () => {
    for (const name of ['a', 'b', 'sub/c']) put(name, name);
    store.scan();
    expect(store.lastScan).toEqual({ looked: 3, hashed: 3 });
    // Until then a change could look like none, so they would be read again.
    await new Promise((resolve) => setTimeout(resolve, 30));
    store.scan();
    put('b', 'changed');
    store.scan();
    expect(store.lastScan).toEqual({ looked: 3, hashed: 1 });
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

  it('does not take a link for the state folder', async () => {
    put('a', '1');
    const { hash } = store.scan();
    await store.keep();
    const elsewhere = join(home, 'elsewhere');
    renameSync(state(), elsewhere);
    symlinkSync(elsewhere, state());
    expect(() => store.scan()).toThrow(expect.objectContaining({ code: 'STATE_IO' }));
    expect(() => StateStore.open(contractFs).scan()).toThrow(expect.objectContaining({ code: 'STATE_IO' }));
    expect(store.restore(hash)).toBe(true);
    expect(lstatSync(state()).isDirectory()).toBe(true);
    expect(readFileSync(join(elsewhere, 'a'), 'utf8')).toBe('1');
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
    expect(await store.keep().catch(codeOf)).toBe('STATE_CHANGED');
    rmSync(state('a'));
    expect(await store.keep().catch(codeOf)).toBe('STATE_CHANGED');
    const { hash } = store.scan();
    expect((await store.keep()).hash).toBe(hash);
    expect(manifests()).toEqual([hash]);
  });

  it('is finished before a restore and before the next keep', async () => {
    for (let i = 0; i < 300; i++) put(`many/${i}`, `file ${i}`);
    const { hash } = store.scan();
    const first = store.keep();
    expect(manifests()).toEqual([]);
    rmSync(state('many'), { recursive: true });
    put('many', 'x');
    // What was not read in time is not made up.
    expect(store.restore(hash)).toBe(false);
    expect(await first.catch(codeOf)).toBe('STATE_CHANGED');

    rmSync(state('many'));
    for (let i = 0; i < 300; i++) put(`many/${i}`, `file ${i}`);
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
    expect(await store.keep().catch(codeOf)).toBe('STATE_IO');
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
    writeFileSync(join(contractFs, 'manifests', 'order'), `${'ab'.repeat(32)}\n${'cd'.repeat(32)}\n../seed/patch.cfg\n${hash}`);
    writeFileSync(join(contractFs, 'manifests', 'ab'.repeat(32)), '[["",16877]]');
    mkdirSync(join(contractFs, 'blocks', 'zz'));
    store = StateStore.open(contractFs);
    expect(readdirSync(join(contractFs, 'blocks', 'tmp'))).toEqual([]);
    expect(manifests()).toEqual([hash]);
    expect(store.manifest(hash)?.entries.map((entry) => entry.path)).toEqual(['', 'a']);
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
