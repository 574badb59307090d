import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bindStatx } from '../../../src/base/native/statx';
import { endedPath, look, lookBy, lookByNode, sameStamp } from '../../../src/node/state/look';
import { newFolder } from './stateSupport';

let home: string;
beforeEach(() => void (home = newFolder()));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const names: readonly [string, (path: string) => void][] = [
  ['a file', (path) => writeFileSync(path, 'x')],
  ['a folder', (path) => mkdirSync(path, { mode: 0o1751 })],
  ['a link to nowhere', (path) => symlinkSync('nowhere', path)],
  ['a file with every bit of its mode', (path) => (writeFileSync(path, ''), chmodSync(path, 0o7777))],
  ['a file beyond 4 GiB', (path) => (writeFileSync(path, ''), truncateSync(path, 2 ** 32 + 5))],
  ['a file with two names', (path) => (writeFileSync(path, ''), linkSync(path, `${path} too`))],
  ['a file from before 1970', (path) => (writeFileSync(path, ''), utimesSync(path, -1.25, -1.25))],
  ['a file of a far future', (path) => (writeFileSync(path, ''), utimesSync(path, 2 ** 33 + 0.5, 2 ** 33 + 0.5))],
  ['ünïcode', (path) => writeFileSync(path, '')],
];

describe.skipIf(process.platform !== 'linux')('statx', () => {
  it.each(names)('tells of %s what Node does', (name, make) => {
    make(join(home, name));
    const path = endedPath(Buffer.from(home), Buffer.from(name));
    const statx = lookBy(bindStatx()!);
    const [ours, theirs] = [{ ...statx(path)! }, lookByNode(path)!];
    expect(ours).toEqual(theirs);
    expect(sameStamp(ours, theirs)).toBe(true);
    expect(ours.ctime).toBeGreaterThan(1_700_000_000);
  });

  it('reads names as bytes, up to the end of the path', () => {
    const name = Buffer.of(0x61, 0xff, 0x62);
    writeFileSync(Buffer.concat([Buffer.from(`${home}/`), name]), '12345');
    const path = endedPath(Buffer.from(home), name);
    expect(path.at(-1)).toBe(0x62);
    expect(lookBy(bindStatx()!)(path)?.size).toBe(5);
  });
});

it('where nothing is, nothing is told; what else is refused is an error', () => {
  writeFileSync(join(home, 'file'), '');
  const [gone, through] = ['gone', 'file/x'].map((name) => endedPath(Buffer.from(home), Buffer.from(name)));
  expect(look(gone!)).toBeUndefined();
  expect(() => look(endedPath(Buffer.from(home), Buffer.from('x'.repeat(300))))).toThrow('ENAMETOOLONG');
  expect(() => look(through!)).toThrow('ENOTDIR');
});

it('where there is no statx, Node is asked', () => {
  writeFileSync(join(home, 'file'), '12345');
  const path = endedPath(Buffer.from(home), Buffer.from('file'));
  expect(lookBy(() => false)(path)).toEqual(lookByNode(path));
  expect(lookByNode(path)?.size).toBe(5);
});

it('a stamp differs in anything that does', () => {
  writeFileSync(join(home, 'file'), '12345');
  const stamp = lookByNode(endedPath(Buffer.from(home), Buffer.from('file')))!;
  for (const key of Object.keys(stamp) as (keyof typeof stamp)[]) expect(sameStamp(stamp, { ...stamp, [key]: stamp[key] + 1 }), key).toBe(false);
  expect(sameStamp(stamp, { ...stamp })).toBe(true);
});
