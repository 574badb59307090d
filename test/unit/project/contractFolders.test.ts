import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractFolders, deployable, overrideSource, packageOf } from '../../../src/project/contractFolders';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'hotpocket földers '))));
afterEach(() => rmSync(root, { recursive: true }));

const at = (path: string) => join(root, path);
function write(files: Readonly<Record<string, object | string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}
const contract = { scripts: { build: 'ncc' }, dependencies: { 'hotpocket-nodejs-contract': '1' } };
const find = (overrides: string[], manifests: string[], last?: string) => contractFolders(overrides.map(at), manifests.map(at), last === undefined ? undefined : at(last));

describe('contract folders', () => {
  it('are those with hp.cfg.override', async () => {
    write({ 'a/hp.cfg.override': {}, 'b b/ç/hp.cfg.override': {} });
    expect(await find(['a/hp.cfg.override', 'b b/ç/hp.cfg.override'], [])).toEqual([{ path: at('a'), why: 'override' }, { path: at('b b/ç'), why: 'override' }]);
  });

  it('are what a project builds, once, not its sources', async () => {
    write({ 'package.json': contract, 'src/hp.cfg.override': {}, 'dist/hp.cfg.override': {} });
    expect(await find(['dist/hp.cfg.override', 'src/hp.cfg.override'], ['package.json'])).toEqual([{ path: at('dist'), why: 'override' }]);
  });

  it('are known before the first build', async () => {
    write({ 'package.json': contract, 'src/hp.cfg.override': {} });
    expect(await find(['src/hp.cfg.override'], ['package.json'])).toEqual([{ path: at('dist'), why: 'override' }]);
    write({ 'package.json': {} });
    expect(await deployable(at('src'))).toBe(at('src'));
    expect(await deployable(at('other'))).toBe(at('other'));
  });

  it('are a dist beside a package.json, of any project only when nothing else is found', async () => {
    write({ 'lib/package.json': {}, 'lib/dist/x.js': '', 'c/package.json': contract, 'c/dist/index.js': '', 'none/package.json': contract, 'bad/package.json': '{', 'd/hp.cfg.override': {} });
    const manifests = ['bad/package.json', 'c/package.json', 'lib/package.json', 'none/package.json'];
    expect(await find([], manifests)).toEqual([{ path: at('c/dist'), why: 'built' }, { path: at('lib/dist'), why: 'built' }]);
    expect(await find(['d/hp.cfg.override'], manifests)).toEqual([{ path: at('d'), why: 'override' }, { path: at('c/dist'), why: 'built' }]);
  });

  it('begin with the last one, if it is still there', async () => {
    write({ 'a/hp.cfg.override': {}, 'b/hp.cfg.override': {}, 'c/index.js': '' });
    const overrides = ['a/hp.cfg.override', 'b/hp.cfg.override'];
    expect((await find(overrides, [], 'b')).map(({ path, why }) => [path, why])).toEqual([[at('b'), 'last'], [at('a'), 'override']]);
    expect(await find([], [], 'c')).toEqual([{ path: at('c'), why: 'last' }]);
    expect(await find([], [], 'gone')).toEqual([]);
  });
});

describe('the package that builds a contract', () => {
  it('is the nearest one inside the workspace folder', async () => {
    write({ 'w/package.json': {}, 'w/p/package.json': contract, 'w/p/deep/er/dist/x': '', 'package.json': contract });
    expect(await packageOf(at('w/p/deep/er/dist'), at('w'))).toEqual({ folder: at('w/p'), hasBuild: true, isContract: true });
    expect(await packageOf(at('w/other/dist'), at('w'))).toMatchObject({ folder: at('w'), hasBuild: false });
    expect(await packageOf(at('w'), at('w'))).toMatchObject({ folder: at('w') });
  });

  it('is not looked for above the workspace folder, nor far above a folder outside', async () => {
    write({ 'package.json': contract, 'w/dist/x': '', 'o/q/dist/x': '' });
    expect(await packageOf(at('w/dist'), at('w'))).toBeUndefined();
    expect(await packageOf(at('o/q/dist'), at('w'))).toBeUndefined();
    expect(await packageOf(at('o'), undefined)).toMatchObject({ folder: root });
  });
});

describe('the hp.cfg.override to edit', () => {
  it('is the one that a build copies, not its copy', async () => {
    write({ 'package.json': contract, 'src/hp.cfg.override': {}, 'dist/hp.cfg.override': {} });
    expect(await overrideSource(at('dist/hp.cfg.override'))).toBe(at('src/hp.cfg.override'));
    expect(await overrideSource(at('src/hp.cfg.override'))).toBe(at('src/hp.cfg.override'));
    write({ 'flat/package.json': contract, 'flat/hp.cfg.override': {}, 'flat/dist/hp.cfg.override': {} });
    expect(await overrideSource(at('flat/dist/hp.cfg.override'))).toBe(at('flat/hp.cfg.override'));
  });

  it('is the one that is deployed where nothing is built, or nothing copied', async () => {
    write({ 'package.json': {}, 'src/hp.cfg.override': {}, 'dist/hp.cfg.override': {} });
    expect(await overrideSource(at('dist/hp.cfg.override'))).toBe(at('dist/hp.cfg.override'));
    write({ 'other/package.json': contract, 'other/dist/hp.cfg.override': {} });
    expect(await overrideSource(at('other/dist/hp.cfg.override'))).toBe(at('other/dist/hp.cfg.override'));
  });
});
