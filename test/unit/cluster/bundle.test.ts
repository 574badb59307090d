import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBundle } from '../../../src/cluster/bundle';
import { copyBundle } from '../../../src/cluster/copyBundle';

let top: string;
let root: string;
const elsewhere = '/nowhere/near';

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'bündle '));
  root = join(top, 'my cöntract');
  mkdirSync(join(root, 'lib', 'deep'), { recursive: true });
  writeFileSync(join(root, 'index.js'), 'one');
  writeFileSync(join(root, 'lib', 'deep', 'data ü.txt'), 'two');
});
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwx', top]);
  rmSync(top, { recursive: true, force: true });
});

const invalid = (problem: string): unknown => expect.objectContaining({ code: 'BUNDLE_INVALID', details: { path: root, problem } });

describe('readBundle', () => {
  it('lists folders before what is in them, with their permissions', async () => {
    chmodSync(join(root, 'index.js'), 0o755);
    chmodSync(join(root, 'lib'), 0o700);
    const { state, override, disparate } = await readBundle(root, elsewhere);
    expect(state.map(({ path }) => path)).toEqual(['index.js', 'lib', 'lib/deep', 'lib/deep/data ü.txt']);
    expect(state[0]?.content).toEqual({ kind: 'file', mode: 0o755 });
    expect(state[1]?.content).toEqual({ kind: 'folder', mode: 0o700 });
    expect(override).toBeUndefined();
    expect(disparate.size).toBe(0);
  });

  it('leaves out of permissions what hpdevkit leaves out, as they show in the hash of the state', async () => {
    for (const [path, mode] of [['index.js', 0o775], ['lib', 0o2777], ['lib/deep/data ü.txt', 0o664]] as const) chmodSync(join(root, path), mode);
    const modes = Object.fromEntries((await readBundle(root, elsewhere)).state.map(({ path, content }) => [path, content.kind !== 'link' && content.mode]));
    expect(modes).toMatchObject({ 'index.js': 0o755, lib: 0o755, 'lib/deep/data ü.txt': 0o644 });
  });

  it('keeps the override and what single nodes get out of the state', async () => {
    writeFileSync(join(root, 'hp.cfg.override'), '{}');
    writeFileSync(join(root, 'lib', 'hp.cfg.override'), 'not at the top');
    mkdirSync(join(root, 'disparate', '2', 'keys'), { recursive: true });
    writeFileSync(join(root, 'disparate', '2', 'keys', 'a.key'), 'secret');
    const { state, override, disparate } = await readBundle(root, elsewhere);
    expect(override).toEqual({ path: join(root, 'hp.cfg.override'), text: '{}' });
    expect(state.map(({ path }) => path)).toEqual(['index.js', 'lib', 'lib/deep', 'lib/deep/data ü.txt', 'lib/hp.cfg.override']);
    expect([...disparate.keys()]).toEqual([2]);
    expect(disparate.get(2)?.map(({ path }) => path)).toEqual(['keys', 'keys/a.key']);
  });

  it.each(['nothing', 'lib'])('names an override that is a link to %s', async (to) => {
    symlinkSync(to, join(root, 'hp.cfg.override'));
    await expect(readBundle(root, elsewhere)).rejects.toMatchObject({ code: 'BUNDLE_INVALID', details: { problem: expect.stringMatching(/^hp\.cfg\.override cannot be read/) as string } });
  });

  it('tells what is not there from what is no folder', async () => {
    await expect(readBundle(join(top, 'nothing'), elsewhere)).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
    await expect(readBundle(join(root, 'index.js'), elsewhere)).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
  });

  it('takes links that stay inside, hanging ones too', async () => {
    symlinkSync('deep/data ü.txt', join(root, 'lib', 'link'));
    symlinkSync('not/there', join(root, 'hanging'));
    const { state } = await readBundle(root, elsewhere);
    expect(state.find(({ path }) => path === 'lib/link')?.content).toEqual({ kind: 'link', target: 'deep/data ü.txt' });
    expect(state.find(({ path }) => path === 'hanging')?.content).toEqual({ kind: 'link', target: 'not/there' });
  });

  it.each([
    ['upwards', '../outside'],
    ['to an absolute path', '/etc/hostname'],
    ['over another link', 'here/../outside'],
  ])('refuses links that lead out: %s', async (_, target) => {
    writeFileSync(join(top, 'outside'), '');
    symlinkSync('.', join(root, 'here'));
    symlinkSync(target, join(root, 'x'));
    await expect(readBundle(root, elsewhere)).rejects.toEqual(invalid(`x is a link that leads out of the folder (to ${target}).`));
  });

  it('refuses pipes and sockets', async () => {
    execFileSync('mkfifo', [join(root, 'lib', 'pipe')]);
    await expect(readBundle(root, elsewhere)).rejects.toEqual(invalid('lib/pipe is neither a file nor a folder.'));
    rmSync(join(root, 'lib', 'pipe'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 's'), resolve));
    await expect(readBundle(root, elsewhere)).rejects.toEqual(invalid('s is neither a file nor a folder.'));
    server.close();
  });

  it.skipIf(process.getuid?.() === 0)('refuses files and folders that cannot be read', async () => {
    chmodSync(join(root, 'lib', 'deep'), 0o200);
    await expect(readBundle(root, elsewhere)).rejects.toEqual(invalid('lib/deep cannot be read (permission denied).'));
  });

  it("refuses a folder that holds the cluster's own data", async () => {
    const home = join(root, 'lib', 'deep');
    await expect(readBundle(root, home)).rejects.toEqual(invalid(`the cluster's own data is inside it (${home}).`));
  });
});

describe('copyBundle', () => {
  it('gives each node the state and its own, with permissions kept whatever the umask', async () => {
    chmodSync(join(root, 'index.js'), 0o644);
    symlinkSync('index.js', join(root, 'main'));
    mkdirSync(join(root, 'disparate', '2'), { recursive: true });
    writeFileSync(join(root, 'disparate', '2', 'a.key'), 'secret');
    chmodSync(join(root, 'lib', 'deep'), 0o555);
    const bundle = await readBundle(root, elsewhere);
    const umask = process.umask(0o077);
    try {
      for (const node of [1, 2]) await copyBundle(bundle, node, join(top, `seed ${node}`));
    } finally {
      process.umask(umask);
    }
    const state = join(top, 'seed 2', 'state');
    const mode = (path: string) => (statSync(join(state, path)).mode & 0o777).toString(8);
    expect([mode('.'), mode('index.js'), mode('lib/deep')]).toEqual(['755', '644', '555']);
    expect(readFileSync(join(state, 'lib/deep/data ü.txt'), 'utf8')).toBe('two');
    expect(lstatSync(join(state, 'main')).isSymbolicLink() && readlinkSync(join(state, 'main'))).toBe('index.js');
    expect(readdirSync(join(top, 'seed 1'))).toEqual(['state']);
    expect(readdirSync(join(top, 'seed 2'))).toEqual(['a.key', 'state']);
  });

  it('stops when cancelled', async () => {
    const bundle = await readBundle(root, elsewhere);
    await expect(copyBundle(bundle, 1, join(top, 'seed'), AbortSignal.abort())).rejects.toThrow('aborted');
  });

  it('names a file that disappeared meanwhile', async () => {
    const bundle = await readBundle(root, elsewhere);
    rmSync(join(root, 'index.js'));
    await expect(copyBundle(bundle, 1, join(top, 'seed'))).rejects.toThrow(/index\.js cannot be copied \(ENOENT/);
  });
});
