import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const document = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
const rowsOf = (title: string): string[][] => {
  const section = document.split(/^## /m).find((text) => text.startsWith(title)) ?? '';
  return section.split('\n').filter((line) => /^\| [^-|]/.test(line)).map((line) => line.slice(2, -2).split(' | '));
};
const differences = rowsOf('Differences from the real engine');

describe('the table of the reference in ARCHITECTURE.md', () => {
  const rows = rowsOf('The reference, section by section').slice(1);

  it('has every section', () => {
    const counts = [0, 6, 8, 10, 5, 3, 9, 10, 5, 9, 4];
    const wanted = counts.flatMap((count, chapter) => Array.from({ length: count }, (_, i) => `${chapter}.${i + 1}`));
    const found = rows.flatMap(([name = '']) => {
      const [, chapter, from, to] = /^(\d+)\.(\d+)(?:–\d+\.(\d+))? /.exec(name) ?? [];
      return Array.from({ length: Number(to ?? from) - Number(from) + 1 }, (_, i) => `${chapter}.${Number(from) + i}`);
    });
    expect(found).toEqual(wanted);
  });

  it('names files and folders that exist', () => {
    const paths = rows.flatMap(([, where = '']) => [...where.matchAll(/`([^`]+)`/g)].map(([, path]) => path!));
    expect(paths.length).toBeGreaterThan(80);
    expect(paths.filter((path) => !existsSync(join(root, 'src', path)) && !existsSync(join(root, path)))).toEqual([]);
  });

  it('names differences that are there', () => {
    const letters = new Set(differences.map(([letter]) => letter));
    expect(letters.size).toBeGreaterThan(20);
    const named = rows.flatMap(([, , cell = '']) => [...cell.matchAll(/(?:^|, |; )([a-z]|aa)(?=$|[,;:. ])/g)].map(([, letter]) => letter!));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((letter) => !letters.has(letter))).toEqual([]);
    expect([...letters].filter((letter) => !named.includes(letter!))).toEqual([]);
  });
});

describe('files that documents name', () => {
  const files = ['src', 'test', 'bench', 'scripts', 'templates', 'samples'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `/${folder}/${path}`));
  const named = (text: string) => [...text.matchAll(/`([\w./-]+\.(?:ts|mts|mjs|js))`/g)].map(([, path]) => path!);

  it.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'TESTING.md', 'SECURITY.md', 'BENCHMARKS.md'])('are there (%s)', (name) => {
    const paths = named(readFileSync(join(root, name), 'utf8')).filter((path) => !path.startsWith('dist/') && !existsSync(join(root, path)));
    expect(paths.filter((path) => !files.some((file) => file.endsWith(`/${path}`)))).toEqual([]);
  });

  it('are there where CONTRIBUTING.md says that a change goes', () => {
    const [, table = ''] = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').split('## Where a change goes');
    const paths = [...table.matchAll(/`([^`\s]+\/[^`\s]+)`/g)].map(([, path]) => path!);
    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('the table of differences in ARCHITECTURE.md', () => {
  it('has each letter once, in order', () => {
    const alphabet = [...'abcdefghijklmnopqrstuvwxyz', 'aa', 'ab', 'ac'];
    expect(differences.map(([letter]) => letter)).toEqual(alphabet.slice(0, differences.length));
  });

  it('names tests that are there', () => {
    const testsIn = (folder: string) => readdirSync(join(root, 'test', folder), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.ts')).map((path) => basename(path, '.test.ts'));
    const usual = [...testsIn('unit'), ...testsIn('process')];
    const simulated = testsIn('sim');
    const named = differences.flatMap((row) => [...row.at(-1)!.matchAll(/`([^`]+)`( \(sim\))?/g)].map(([, name, sim]) => ({ name: name!, sim: sim !== undefined })));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(({ name, sim }) => !(sim ? simulated : usual).includes(name))).toEqual([]);
  });
});
