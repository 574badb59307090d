import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder, makeFolderSync, removeUnfinished, writeFileAtomic } from '../../../src/base/files';

let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'hp atomär ')); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const mode = (path: string): number => statSync(path).mode & 0o777;

test('creates a file with the given mode, whatever the umask', async () => {
  const path = join(dir, 'new ö.json');
  const umask = process.umask(0o077);
  try {
    await writeFileAtomic(path, 'hello', 0o644);
  } finally {
    process.umask(umask);
  }
  expect(readFileSync(path, 'utf8')).toBe('hello');
  expect(mode(path)).toBe(0o644);
});

test('replaces content and mode, leaves nothing else behind', async () => {
  const path = join(dir, 'hp.cfg');
  writeFileSync(path, 'a longer old content');
  chmodSync(path, 0o644);
  await writeFileAtomic(path, Buffer.from('new'), 0o600);
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(mode(path)).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['hp.cfg']);
});

test('a reader never sees a mixture', async () => {
  const path = join(dir, 'x');
  const contents = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(200_000));
  const writing = Promise.all(contents.map((content) => writeFileAtomic(path, content, 0o600)));
  let done = false;
  void writing.then(() => { done = true; });
  while (!done) {
    const seen = readdirSync(dir).includes('x') ? readFileSync(path, 'utf8') : undefined;
    if (seen !== undefined) expect(contents).toContain(seen);
    await new Promise(setImmediate);
  }
  await writing;
  expect(readdirSync(dir)).toEqual(['x']);
});

test('what a writer left that was killed can be removed, and nothing else', async () => {
  const path = join(dir, 'hp.cfg');
  await writeFileAtomic(path, 'kept', 0o600);
  const others = ['.hp.cfg.tmp', '.hp.cfg.0123456789ab', '.hp.cfg.0123456789abc.tmp', '.other.0123456789ab.tmp', 'hp.cfg.0123456789ab.tmp'];
  for (const name of [...others, '.hp.cfg.0123456789ab.tmp', '.hp.cfg.ba9876543210.tmp']) writeFileSync(join(dir, name), 'half');
  removeUnfinished(path);
  expect(readdirSync(dir).sort()).toEqual([...others, 'hp.cfg'].sort());
  removeUnfinished(join(dir, 'missing', 'x'));
});

test('fails without a trace when the target cannot be replaced', async () => {
  const path = join(dir, 'folder');
  mkdirSync(join(path, 'in use'), { recursive: true });
  await expect(writeFileAtomic(path, 'x', 0o600)).rejects.toThrow();
  expect(readdirSync(dir)).toEqual(['folder']);
  await expect(writeFileAtomic(join(dir, 'missing', 'x'), 'x', 0o600)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('makes a folder with those above it', async () => {
  await makeFolder(join(dir, 'a/b/c'), 0o700);
  makeFolderSync(join(dir, 'a/b/c'));
  makeFolderSync(join(dir, 'd/e'), 0o700);
  expect(['a/b/c', 'd/e'].map((path) => mode(join(dir, path)))).toEqual([0o700, 0o700]);
  writeFileSync(join(dir, 'file'), '');
  await expect(makeFolder(join(dir, 'file/a'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test.skipIf(process.platform !== 'linux' || process.geteuid?.() !== 0)('says that a disk is read-only where a folder is to be made', async ({ skip }) => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', dir], { stdio: 'ignore' });
  } catch {
    return skip('nothing can be mounted here');
  }
  try {
    const problem = { code: 'EROFS', path: join(dir, 'a') };
    await expect(makeFolder(join(dir, 'a/b'))).rejects.toMatchObject(problem);
    expect(() => makeFolderSync(join(dir, 'a/b'))).toThrow(expect.objectContaining(problem));
  } finally {
    execFileSync('umount', [dir]);
  }
});
