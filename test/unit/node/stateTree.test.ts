import { spawnSync } from 'node:child_process';
import {
  appendFileSync, chmodSync, linkSync, mkdirSync, renameSync, rmdirSync, rmSync, statSync, symlinkSync, truncateSync, unlinkSync, utimesSync, writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { manifestHash } from '../../../src/node/state/manifest';
import { nameBytes, nameText } from '../../../src/node/state/paths';
import { finish } from '../../../src/node/state/steps';
import { StateTree, type ScanResult } from '../../../src/node/state/tree';
import { randomGenerator } from '../../support/random';
import { newFolder, randomChange, referenceStateHash } from './stateSupport';

const EMPTY_STATE = 'd19e258fd5a5f36e84a78d7da294fe60a10d75b68a86dc2198115c7d892a51e6';
const STATE = '020211c2e90ac628750afa9c6939727c0934e57264bb91f30cded4f760fb8d0e';

let home: string;
let state: string;
let tree: StateTree;
const at = (...names: string[]): string => join(state, ...names);
const scan = (): ScanResult => finish(tree.scan());

beforeEach(() => {
  home = newFolder();
  state = join(home, 'state');
  mkdirSync(state);
  chmodSync(state, 0o755);
  tree = new StateTree(Buffer.from(state));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function put(path: string, content: string | Buffer, mode = 0o644): void {
  writeFileSync(at(path), content);
  chmodSync(at(path), mode);
}

describe('the hash of real files', () => {
  it('is what a real node computes', () => {
    expect(scan().hash).toBe(EMPTY_STATE);
    put('a.txt', 'hello');
    mkdirSync(at('sub'));
    chmodSync(at('sub'), 0o755);
    put('sub/b.js', 'x');
    expect(scan()).toEqual({ hash: STATE, changed: 3 });
    expect(scan()).toEqual({ hash: STATE, changed: 0 });
    expect(manifestHash(tree.entries())).toBe(STATE);
    expect(tree.entries().map((entry) => entry.path)).toEqual(['', 'a.txt', 'sub', 'sub/b.js']);
  });

  it('covers every block of a long file', () => {
    const content = Buffer.alloc(9 * 1024 * 1024, 'abcdefg');
    put('big', content);
    expect(scan().hash).toBe(referenceStateHash(state));
    expect(tree.entries()[1]).toMatchObject({ size: content.length, blocks: { length: 3 } });
    content[5 * 1024 * 1024] = 0;
    put('big', content);
    expect(scan()).toEqual({ hash: referenceStateHash(state), changed: 1 });
  });

  it('counts all of the mode', () => {
    put('a', '1', 0o644);
    const hashes = [0o644, 0o755, 0o4755, 0o1644, 0o000].map((mode) => (chmodSync(at('a'), mode), scan().hash));
    expect(new Set(hashes).size).toBe(5);
    chmodSync(state, 0o700);
    expect(scan()).toEqual({ hash: referenceStateHash(state), changed: 1 });
  });

  it('leaves out what is no file and no folder', async () => {
    put('a', '1');
    const { hash } = scan();
    symlinkSync('a', at('link'));
    symlinkSync('/', at('root'));
    symlinkSync('nowhere', at('broken'));
    spawnSync('mkfifo', [at('fifo')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen({ path: at('s') }, resolve));
    expect(scan()).toEqual({ hash, changed: 0 });
    await new Promise((resolve) => server.close(resolve));
    expect(new Set(tree.root.others)).toEqual(new Set(['link', 'root', 'broken', 'fifo', 's']));
  });

  it('takes names that are not UTF-8', () => {
    const names = [Buffer.of(0xff), Buffer.of(0x61, 0xc3), Buffer.of(0xed, 0xb2, 0x80), Buffer.of(0xf0, 0x9f, 0x98, 0x80, 0x80), Buffer.from('\ufffd'), Buffer.from('😀ü')];
    for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${state}/`), name]), name);
    expect(scan()).toEqual({ hash: referenceStateHash(state), changed: names.length + 1 });
    expect(manifestHash(tree.entries())).toBe(tree.hash);
    for (const name of names) expect(nameBytes(nameText(name)).equals(name)).toBe(true);
    expect(new Set(names.map(nameText)).size).toBe(names.length);
  });
});

describe('a later scan', () => {
  const changes: [string, number, () => void][] = [
    ['nothing', 0, () => undefined],
    ['a file of the same size and times', 1, () => {
      const { atime, mtime } = statSync(at('a'));
      writeFileSync(at('a'), '2');
      utimesSync(at('a'), atime, mtime);
    }],
    ['an appended file', 1, () => appendFileSync(at('dir/b'), 'x')],
    ['a truncated file', 1, () => truncateSync(at('dir/b'), 0)],
    ['a new file', 1, () => put('dir/new', 'x')],
    ['a removed file', 1, () => unlinkSync(at('dir/b'))],
    ['a removed folder', 2, () => rmSync(at('dir'), { recursive: true })],
    ['a new folder with a file', 2, () => (mkdirSync(at('two')), put('two/x', ''))],
    ['an empty file', 1, () => put('empty', '')],
    ['a renamed file', 2, () => renameSync(at('a'), at('z'))],
    ['a file in the place of another', 2, () => renameSync(at('a'), at('dir/b'))],
    ['a folder in the place of a file', 2, () => (unlinkSync(at('a')), mkdirSync(at('a')))],
    ['a file in the place of a folder', 3, () => (rmSync(at('dir'), { recursive: true }), put('dir', 'x'))],
    ['a link in the place of a file', 1, () => (unlinkSync(at('a')), symlinkSync('dir/b', at('a')))],
    ['a changed mode', 1, () => chmodSync(at('dir'), 0o700)],
    ['a file that was only touched', 0, () => utimesSync(at('a'), 1, 1)],
    ['a second name of a file', 1, () => linkSync(at('a'), at('a2'))],
  ];
  it.each(changes)('sees %s', (_, changed, change) => {
    put('a', '1');
    mkdirSync(at('dir'));
    put('dir/b', 'bb');
    scan();
    change();
    expect(scan()).toEqual({ hash: referenceStateHash(state), changed });
    expect(manifestHash(tree.entries())).toBe(tree.hash);
  });

  it('sees a change that came at the same moment as the scan', () => {
    put('a', '0');
    for (let i = 0; i < 200; i++) {
      scan();
      writeFileSync(at('a'), String(i % 10));
      expect(scan().hash).toBe(referenceStateHash(state));
    }
  });

  it('counts a version for each scan that found something', () => {
    scan();
    const { version } = tree;
    scan();
    expect(tree.version).toBe(version);
    put('a', '1');
    scan();
    expect(tree.version).toBe(version + 1);
  });

  it('is right after one that failed in the middle', () => {
    put('a', '1');
    mkdirSync(at('dir'));
    scan();
    put('a', '2');
    put('dir/b', '3');
    const steps = tree.scan();
    steps.next();
    expect(() => steps.throw(new Error('stop'))).toThrow('stop');
    expect(tree.scanned).toBe(false);
    expect(scan().hash).toBe(referenceStateHash(state));
  });

  it('fails when the state folder is gone, and works again when it is back', () => {
    scan();
    rmdirSync(state);
    expect(scan).toThrow('ENOENT');
    mkdirSync(state);
    chmodSync(state, 0o755);
    expect(scan().hash).toBe(EMPTY_STATE);
  });
});

it.each([1, 2, 3, 4, 5, 6])('agrees with a scan from scratch after any changes (seed %i)', (seed) => {
  const next = randomGenerator(seed);
  const modes = { file: [0o644, 0o755, 0o600, 0o000], dir: [0o755, 0o700, 0o500, 0o000] };
  for (let i = 0; i < 60; i++) {
    for (let n = next(4); n >= 0; n--) randomChange(state, next, modes);
    const { hash } = scan();
    if (i % 4 === 0) expect(hash).toBe(referenceStateHash(state));
    expect(hash).toBe(finish(new StateTree(Buffer.from(state)).scan()).hash);
    expect(manifestHash(tree.entries())).toBe(hash);
  }
});
