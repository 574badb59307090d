import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BLOCK_SIZE, blockHash } from '../../../src/hotpocket/stateHash';
import { StateStore } from '../../../src/node/state/store';
import { randomGenerator } from '../../support/random';
import { allModes, listing, newFolder, randomChange } from './stateSupport';

let home: string;
let contractFs: string;
let store: StateStore;
const state = (...names: string[]): string => join(contractFs, 'seed', 'state', ...names);
const patch = (): string => join(contractFs, 'seed', 'patch.cfg');
const slots = (): string[] => readdirSync(join(contractFs, 'ro')).sort();

function put(path: string, content: string | Buffer, mode = 0o644): void {
  mkdirSync(join(state(path), '..'), { recursive: true });
  writeFileSync(state(path), content);
  chmodSync(state(path), mode);
}

async function keep(): Promise<void> {
  store.scan();
  await store.keep();
}

/** A listing without what a snapshot is meant to change: write bits, and other than the plain modes. */
const contentsOf = (folder: string): string[] => Object.entries(listing(folder)).map(([path, text]) => `${path} ${text.split(' ')[1] ?? ''}`).sort();

beforeEach(async () => {
  home = newFolder();
  contractFs = join(home, 'contract_fs');
  store = StateStore.open(contractFs);
  put('a.txt', 'hello');
  put('run.sh', '#!/bin/sh', 0o750);
  put('sub/ü', 'deep');
  put('db', Buffer.alloc(BLOCK_SIZE + 1, 'x'));
  writeFileSync(patch(), '{"version":"1"}');
  await keep();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('a snapshot', () => {
  it('has the files of the last kept state and the patch file, without write bits', async () => {
    const { dir, release } = await store.snapshot();
    expect(contentsOf(dir)).toEqual(contentsOf(state()));
    expect(readFileSync(join(dir, '..', 'patch.cfg'), 'utf8')).toBe('{"version":"1"}');
    const modes = ['.', 'a.txt', 'run.sh', 'sub', 'sub/ü', '..', '../patch.cfg'].map((path) => statSync(join(dir, path)).mode);
    expect(modes).toEqual([0o40555, 0o100444, 0o100555, 0o40555, 0o100444, 0o40555, 0o100444]);
    release();
  });

  it('does not change with a run that goes on', async () => {
    const { dir, release } = await store.snapshot();
    put('a.txt', 'half');
    rmSync(state('sub'), { recursive: true });
    writeFileSync(patch(), '{}');
    const second = await store.snapshot();
    for (const folder of [dir, second.dir]) {
      expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('hello');
      expect(readFileSync(join(folder, 'sub/ü'), 'utf8')).toBe('deep');
      expect(readFileSync(join(folder, '../patch.cfg'), 'utf8')).toBe('{"version":"1"}');
    }
    release();
    second.release();
  });

  it('shares its folder with other readers of that state, and no file with any other folder', async () => {
    const first = await store.snapshot();
    const second = await store.snapshot();
    expect(second.dir).toBe(first.dir);
    put('a.txt', 'changed');
    await keep();
    const third = await store.snapshot();
    expect(third.dir).not.toBe(first.dir);
    expect(readFileSync(join(first.dir, 'a.txt'), 'utf8')).toBe('hello');
    expect(readFileSync(join(third.dir, 'a.txt'), 'utf8')).toBe('changed');
    const inodes = [state(), first.dir, third.dir].map((folder) => statSync(join(folder, 'sub/ü')).ino);
    expect(new Set(inodes).size).toBe(3);
    expect(slots()).toHaveLength(2);
  });

  it('shows a patch file that changed alone', async () => {
    (await store.snapshot()).release();
    writeFileSync(patch(), '{"version":"2"}');
    await keep();
    const { dir, release } = await store.snapshot();
    expect(readFileSync(join(dir, '../patch.cfg'), 'utf8')).toBe('{"version":"2"}');
    release();
    rmSync(patch());
    await keep();
    expect(existsSync(join((await store.snapshot()).dir, '../patch.cfg'))).toBe(false);
  });

  it('tells states apart that have the same hash', async () => {
    put('a.txt', 'deep');
    put('sub/ü', 'hello');
    await keep();
    expect(readFileSync(join((await store.snapshot()).dir, 'a.txt'), 'utf8')).toBe('deep');
  });

  it('keeps the state first if none was kept', async () => {
    const other = StateStore.open(join(home, 'other'));
    writeFileSync(join(home, 'other', 'seed', 'state', 'x'), 'y');
    const { dir } = await other.snapshot();
    expect(readFileSync(join(dir, 'x'), 'utf8')).toBe('y');
  });

  it('after a new start shows the last kept state, not what a run left', async () => {
    put('a.txt', 'half');
    store = StateStore.open(contractFs);
    expect(readFileSync(join((await store.snapshot()).dir, 'a.txt'), 'utf8')).toBe('hello');
  });

  it('reports what the system refuses', async () => {
    rmSync(join(contractFs, 'ro'), { recursive: true });
    writeFileSync(join(contractFs, 'ro'), '');
    await expect(store.snapshot()).rejects.toMatchObject({ code: 'STATE_IO' });
    rmSync(join(contractFs, 'ro'));
    const { dir } = await store.snapshot();
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('hello');
  });
});

describe('a slot', () => {
  it('is used again, and only what differs is written', async () => {
    const first = await store.snapshot();
    const { ino, ctimeMs } = statSync(join(first.dir, 'sub/ü'));
    const db = statSync(join(first.dir, 'db')).ino;
    first.release();
    put('a.txt', 'changed');
    const content = Buffer.alloc(BLOCK_SIZE + 1, 'x');
    content[BLOCK_SIZE] = 0;
    put('db', content);
    await keep();
    await store.prepareSnapshot();
    const second = await store.snapshot();
    expect(second.dir).toBe(first.dir);
    expect(contentsOf(second.dir)).toEqual(contentsOf(state()));
    expect(statSync(join(second.dir, 'sub/ü'))).toMatchObject({ ino, ctimeMs });
    expect(statSync(join(second.dir, 'db'))).toMatchObject({ ino: db, mode: 0o100444 });
    expect(slots()).toHaveLength(1);
  });

  it('is not touched while it has readers, and the fewest are left', async () => {
    const readers = [];
    for (const content of ['1', '2', '3']) {
      put('a.txt', content);
      await keep();
      await store.prepareSnapshot();
      readers.push(await store.snapshot());
    }
    expect(readers.map(({ dir }) => readFileSync(join(dir, 'a.txt'), 'utf8'))).toEqual(['1', '2', '3']);
    readers[0]?.release();
    readers[0]?.release();
    await store.prepareSnapshot();
    expect(slots()).toHaveLength(2);
    expect(readFileSync(join(readers[1]?.dir ?? '', 'a.txt'), 'utf8')).toBe('2');
    readers[1]?.release();
    readers[2]?.release();
    await store.prepareSnapshot();
    expect(slots()).toHaveLength(1);
    expect(readFileSync(join((await store.snapshot()).dir, 'a.txt'), 'utf8')).toBe('3');
  });

  it('is still the reader\'s when another released twice', async () => {
    const one = await store.snapshot();
    const two = await store.snapshot();
    one.release();
    one.release();
    put('a.txt', 'changed');
    await keep();
    await store.prepareSnapshot();
    expect(readFileSync(join(two.dir, 'a.txt'), 'utf8')).toBe('hello');
  });

  it('loses whatever a reader left in it', async () => {
    const first = await store.snapshot();
    const at = (path: string): string => join(first.dir, path);
    const { atime, mtime } = statSync(at('a.txt'));
    chmodSync(first.dir, 0o777);
    chmodSync(at('..'), 0o777);
    chmodSync(at('sub'), 0o700);
    chmodSync(at('a.txt'), 0o666);
    writeFileSync(at('a.txt'), 'hullo');
    utimesSync(at('a.txt'), atime, mtime);
    chmodSync(at('a.txt'), 0o444);
    writeFileSync(at('sub/new'), '1');
    mkdirSync(at('sub/folder/deep'), { recursive: true });
    symlinkSync('/', at('link'));
    linkSync(at('run.sh'), at('../hard'));
    linkSync(at('db'), join(home, 'outside'));
    renameSync(at('sub/ü'), at('ü'));
    chmodSync(at('../patch.cfg'), 0o666);
    writeFileSync(at('../patch.cfg'), 'x');
    first.release();
    const second = await store.snapshot();
    expect(second.dir).toBe(first.dir);
    expect(contentsOf(second.dir)).toEqual(contentsOf(state()));
    expect(readdirSync(at('..')).sort()).toEqual(['patch.cfg', 'state']);
    expect(readFileSync(at('../patch.cfg'), 'utf8')).toBe('{"version":"1"}');
    expect(lstatSync(at('link'), { throwIfNoEntry: false })).toBeUndefined();
    for (const path of ['.', '..', 'sub']) expect(statSync(at(path)).mode).toBe(0o40555);
    second.release();
    writeFileSync(join(home, 'outside'), 'through a hard link');
    expect(readFileSync(join((await store.snapshot()).dir, 'db')).length).toBe(BLOCK_SIZE + 1);
  });

  it('comes back when a reader removed it, or put something else in its place', async () => {
    const first = await store.snapshot();
    const slot = join(first.dir, '..');
    rmSync(slot, { recursive: true });
    first.release();
    const second = await store.snapshot();
    expect(contentsOf(second.dir)).toEqual(contentsOf(state()));
    rmSync(slot, { recursive: true });
    symlinkSync(home, slot);
    second.release();
    await store.prepareSnapshot();
    const third = await store.snapshot();
    expect(contentsOf(third.dir)).toEqual(contentsOf(state()));
    expect(readFileSync(state('a.txt'), 'utf8')).toBe('hello');
  });

  it('that is damaged or left over is put right after a new start', async () => {
    const { dir } = await store.snapshot();
    chmodSync(join(dir, 'a.txt'), 0o666);
    writeFileSync(join(dir, 'a.txt'), 'x');
    for (const name of ['1', '5']) mkdirSync(join(contractFs, 'ro', name, 'state'), { recursive: true });
    store = StateStore.open(contractFs);
    await store.prepareSnapshot();
    expect(slots()).toHaveLength(1);
    const after = await store.snapshot();
    expect(contentsOf(after.dir)).toEqual(contentsOf(state()));
    expect(slots()).toHaveLength(1);
  });

  it('gets blocks again from the files if a stored one is damaged', async () => {
    writeFileSync(join(contractFs, 'blocks', blockHash(0, Buffer.from('hello')).slice(0, 2), blockHash(0, Buffer.from('hello'))), 'damaged');
    expect(readFileSync(join((await store.snapshot()).dir, 'a.txt'), 'utf8')).toBe('hello');
  });

  it('is one for readers that come at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => store.snapshot()));
    expect(new Set(all.map(({ dir }) => dir)).size).toBe(1);
  });
});

it('keeps the blocks of a state that is being copied while newer ones are kept', async () => {
  for (let i = 0; i < 800; i++) put(`many/${i}`, `file ${i}`);
  await keep();
  const copying = store.snapshot();
  await new Promise((resolve) => setImmediate(resolve));
  rmSync(state('many'), { recursive: true });
  for (let round = 0; round < 4; round++) {
    put('round', String(round));
    await keep();
  }
  const { dir } = await copying;
  expect(readdirSync(join(dir, 'many'))).toHaveLength(800);
  expect(readFileSync(join(dir, 'many', '799'), 'utf8')).toBe('file 799');
});

it.each([31, 32, 33])('is right after any changes and any readers (seed %i)', async (seed) => {
  const next = randomGenerator(seed);
  let kept = contentsOf(state());
  const readers: { dir: string; expected: string[]; release(): void }[] = [];
  for (let round = 0; round < 25; round++) {
    for (let n = next(8); n > 0; n--) randomChange(state(), next, allModes);
    if (next(2) === 0) {
      await keep();
      kept = contentsOf(state());
    }
    if (next(2) === 0) await store.prepareSnapshot();
    if (next(3) > 0) readers.push({ ...(await store.snapshot()), expected: kept });
    for (const reader of readers) expect(contentsOf(reader.dir)).toEqual(reader.expected);
    if (readers.length > 0 && next(2) === 0) {
      const [gone] = readers.splice(next(readers.length), 1);
      if (gone && !readers.some(({ dir }) => dir === gone.dir)) for (let n = next(4); n > 0; n--) randomChange(gone.dir, next, allModes);
      gone?.release();
    }
    expect(slots().length).toBeLessThanOrEqual(readers.length + 2);
  }
});
