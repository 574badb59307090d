import { describe, expect, it } from 'vitest';
import { BLOCK_SIZE, blockHash, entryHash } from '../../../src/hotpocket/stateHash';
import { decodeManifest, encodeManifest, manifestHash } from '../../../src/node/state/manifest';
import type { Manifest, ManifestEntry } from '../../../src/node/state/types';

const STATE = '020211c2e90ac628750afa9c6939727c0934e57264bb91f30cded4f760fb8d0e';
const root: ManifestEntry = { path: '', type: 'dir', mode: 0o40755 };
const dir = (path: string, mode = 0o40755): ManifestEntry => ({ path, type: 'dir', mode });
const file = (path: string, content: string, mode = 0o100644): ManifestEntry =>
  ({ path, type: 'file', mode, size: content.length, blocks: content === '' ? [] : [blockHash(0, Buffer.from(content))] });
const sample = [root, file('a.txt', 'hello'), dir('sub'), file('sub/b.js', 'x')];

describe('manifestHash', () => {
  it('is the hash of the state', () => {
    expect(manifestHash(sample)).toBe(STATE);
    expect(manifestHash([root])).toBe(entryHash('state', 0o40755, []));
    expect(manifestHash([root, dir('sub'), file('sub/b.js', 'x'), file('a.txt', 'hello')])).toBe(STATE);
  });

  it('tells any change of name, mode or content', () => {
    const others = [
      [root, file('a.txt', 'hello')],
      [root, file('a.txt', 'hello'), dir('sub'), file('sub/b.js', 'y')],
      [root, file('a.txt', 'hello'), dir('sub'), file('sub/c.js', 'x')],
      [root, file('a.txt', 'hello'), dir('sub', 0o40700), file('sub/b.js', 'x')],
      [root, file('a.txt', 'hello', 0o100755), dir('sub'), file('sub/b.js', 'x')],
      [dir('', 0o40711), file('a.txt', 'hello'), dir('sub'), file('sub/b.js', 'x')],
    ];
    expect(new Set([STATE, ...others.map(manifestHash)]).size).toBe(others.length + 1);
  });

  // A property of HotPocket's scheme, not of ours: whoever needs to know must compare manifests.
  it('does not tell where a name, mode or block is', () => {
    const one = [root, file('a', '1'), file('b', '2'), dir('c')];
    expect(manifestHash([root, file('a', '2'), file('b', '1'), dir('c')])).toBe(manifestHash(one));
    expect(manifestHash([root, dir('c'), file('c/a', '1'), file('b', '2')])).toBe(manifestHash(one));
  });

  const block = blockHash(0, Buffer.from('x'));
  const bad: [string, unknown[]][] = [
    ['nothing at all', []],
    ['no root', [file('a', 'x')]],
    ['a file as root', [file('', 'x')]],
    ['two roots', [root, root]],
    ['an absolute path', [root, file('/etc/passwd', 'x')]],
    ['a path upwards', [root, file('..', 'x')]],
    ['a path upwards from below', [root, dir('a'), dir('a/..'), file('a/../b', 'x')]],
    ['a dot', [root, file('.', 'x')]],
    ['an empty segment', [root, dir('a'), dir('a/'), file('a//b', 'x')]],
    ['a trailing slash', [root, dir('a/')]],
    ['a NUL', [root, file('a\0b', 'x')]],
    ['a name that is too long', [root, file('ä'.repeat(128), 'x')]],
    ['a repeated path', [root, file('a', 'x'), file('a', 'x')]],
    ['a path that is both', [root, file('a', 'x'), dir('a')]],
    ['a second spelling of a name', [root, file('\udcc3\udca4', 'x')]],
    ['a lone surrogate that is no byte', [root, file('\ud800', 'x')]],
    ['a missing parent', [root, file('a/b', 'x')]],
    ['a parent that comes later', [root, file('a/b', 'x'), dir('a')]],
    ['a file as parent', [root, file('a', 'x'), file('a/b', 'x')]],
    ['a file with the mode of a folder', [root, file('a', 'x', 0o40644)]],
    ['a file with the mode of a link', [root, file('a', 'x', 0o120777)]],
    ['a folder with the mode of a file', [root, dir('a', 0o100755)]],
    ['a mode without type', [root, dir('a', 0o755)]],
    ['a mode that is too large', [root, dir('a', 0o40755 + 2 ** 32)]],
    ['a negative mode', [root, dir('a', -1)]],
    ['a broken mode', [root, dir('a', 0o40755 + 0.5)]],
    ['bytes without a block', [root, { ...file('a', ''), size: 1 }]],
    ['a block without bytes', [root, { ...file('a', 'x'), size: 0 }]],
    ['too many blocks', [root, { ...file('a', 'x'), size: BLOCK_SIZE, blocks: [block, block] }]],
    ['too few blocks', [root, { ...file('a', 'x'), size: BLOCK_SIZE + 1 }]],
    ['a negative size', [root, { ...file('a', ''), size: -1 }]],
    ['a broken size', [root, { ...file('a', 'x'), size: 0.5 }]],
    ['a size beyond numbers', [root, { ...file('a', 'x'), size: 2 ** 60 }]],
    ['a block that is no hash', [root, { ...file('a', 'x'), blocks: ['../../etc/passwd'] }]],
    ['a block in capitals', [root, { ...file('a', 'x'), blocks: [block.toUpperCase()] }]],
  ];
  it.each(bad)('refuses %s', (_, entries) => {
    expect(manifestHash(entries as ManifestEntry[])).toBeUndefined();
  });

  it('refuses too many entries', () => {
    expect(manifestHash(Array.from({ length: 500_001 }, () => root))).toBeUndefined();
  });
});

describe('a manifest as bytes', () => {
  const manifest: Manifest = { hash: STATE, entries: sample };

  it('comes back as it was', () => {
    expect(decodeManifest(encodeManifest(manifest), STATE)).toEqual(manifest);
  });

  it('keeps names that are not UTF-8', () => {
    const entries = [root, file('\udcff "ä" \\', 'x'), file('empty', '')];
    const odd: Manifest = { hash: manifestHash(entries) ?? '', entries };
    expect(decodeManifest(encodeManifest(odd), odd.hash)).toEqual(odd);
  });

  const other = [root, file('a.txt', 'hullo'), dir('sub'), file('sub/b.js', 'x')];
  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['another value', '{"hash":1}'],
    ['rows of another kind', '[["",16877],null]'],
    ['a row that is too short', '[["",16877],["a"]]'],
    ['a size that is text', '[["",16877],["a",33188,"1"]]'],
    ['a block that is a number', '[["",16877],["a",33188,1,5]]'],
    ['the half of it', encodeManifest(manifest).subarray(0, 40)],
    ['another state', encodeManifest({ hash: STATE, entries: other })],
  ])('is refused if it is %s', (_, bytes) => {
    expect(decodeManifest(Buffer.from(bytes), STATE)).toBeUndefined();
  });
});
