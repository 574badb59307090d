import { existsSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HotPocketError } from '../../../src/base/errors';
import { createProject } from '../../../src/project/createProject';
import { missingLibraries } from '../../../src/project/libraries';
import { isProjectName, templates } from '../../../src/project/templates';

let folder: string;
let source: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prójekt '));
  source = join(folder, 'templates');
  for (const layer of new Set(templates.flatMap(({ layers }) => layers))) {
    mkdirSync(join(source, layer, 'src'), { recursive: true });
    writeFileSync(join(source, layer, 'src', `${layer.replaceAll('/', '-')}.txt`), layer);
  }
  writeFileSync(join(source, 'common', 'gitignore'), 'dist/\n');
  writeFileSync(join(source, 'libraries.json'), JSON.stringify({ dependencies: { a: '1' }, devDependencies: { b: '2' } }));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const create = (platform: string, type: string, name: string) => createProject({ platform, type, name, parent: folder, source });
const codeOf = (promise: Promise<unknown>) => promise.then(() => undefined, (error: HotPocketError) => error.code);

describe('a new project', () => {
  it.each(templates.map(({ platform, type, layers }) => [platform, type, layers] as const))('%s %s has the files of its layers, and tells what to do', async (platform, type, layers) => {
    const made = await create(platform, type, 'my_contract');
    expect(made).toBe(join(folder, 'my_contract'));
    expect(readdirSync(join(made, 'src')).sort()).toEqual(layers.map((layer) => `${layer.replaceAll('/', '-')}.txt`).sort());
    expect(readFileSync(join(made, '.gitignore'), 'utf8')).toBe('dist/\n');
    const text = readFileSync(join(made, 'README.md'), 'utf8');
    expect(text).toMatch(/^# my_contract\n/);
    expect(text.split('\n').length).toBeLessThanOrEqual(12);
    if (platform === 'python' || platform === 'c') return expect(existsSync(join(made, 'package.json'))).toBe(false);
    const { name, dependencies, devDependencies, scripts } = JSON.parse(readFileSync(join(made, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
    expect({ name, dependencies }).toEqual({ name: 'my_contract', dependencies: { a: '1' } });
    expect(devDependencies).toMatchObject({ b: '2', ...(platform === 'typescript' && { typescript: expect.any(String) as string }) });
    expect(Object.keys(scripts ?? {})).toEqual(expect.arrayContaining(['build', 'test', 'start', 'client']));
  });

  it('is refused by name, by template, and where there is one', async () => {
    expect(await codeOf(create('nodejs', 'blank-contract', 'My'))).toBe('PROJECT_NAME_INVALID');
    expect(await codeOf(create('nodejs', 'blank-contract', '../x'))).toBe('PROJECT_NAME_INVALID');
    expect(await codeOf(create('cobol', 'blank-contract', 'x'))).toBe('TEMPLATE_UNKNOWN');
    mkdirSync(join(folder, 'x'));
    expect(await codeOf(create('nodejs', 'blank-contract', 'x'))).toBe('PROJECT_EXISTS');
  });

  it('is there whole or not at all', async () => {
    rmSync(join(source, 'libraries.json'));
    expect(await codeOf(create('nodejs', 'blank-contract', 'x'))).toBe('PROJECT_FAILED');
    expect(readdirSync(folder)).toEqual(['templates']);
  });
});

it.each([['a', true], ['a_1', true], ['', false], ['1a', false], ['A', false], ['a-b', false], ['a/b', false], ['a b', false]])('the name %j is allowed: %s', (name, allowed) => {
  expect(isProjectName(name)).toBe(allowed);
});

describe('libraries that are missing', () => {
  it('are those that a project asks for and that are neither in it nor further up', async () => {
    const made = await create('nodejs', 'blank-contract', 'my_contract');
    expect(await missingLibraries(made)).toEqual(expect.arrayContaining(['a', 'b']));
    mkdirSync(join(made, 'node_modules', 'a'), { recursive: true });
    mkdirSync(join(folder, 'node_modules', 'b'), { recursive: true });
    writeFileSync(join(made, 'package.json'), JSON.stringify({ dependencies: { a: '1', '@scope/c': '1' }, devDependencies: { b: '2' } }));
    expect(await missingLibraries(made)).toEqual(['@scope/c']);
    mkdirSync(join(made, 'node_modules', '@scope', 'c'), { recursive: true });
    expect(await missingLibraries(made)).toEqual([]);
  });

  it('are none of a folder without a package.json, or with one that is broken', async () => {
    expect(await missingLibraries(folder)).toEqual([]);
    writeFileSync(join(folder, 'package.json'), '{');
    expect(await missingLibraries(folder)).toEqual([]);
  });
});
