import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const document = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
const rowsOf = (title: string): string[][] => {
  const section = document.split(/^## /m).find((text) => text.startsWith(title)) ?? '';
  return section.split('\n').filter((line) => /^\| [^-|]/.test(line)).map((line) => line.slice(2, -2).split(' | '));
};

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
    const letters = new Set(rowsOf('Differences from the real engine').map(([letter]) => letter));
    expect(letters.size).toBeGreaterThan(20);
    const named = rows.flatMap(([, , differences = '']) => [...differences.matchAll(/(?:^|, |; )([a-z])(?=$|[,;:. ])/g)].map(([, letter]) => letter!));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((letter) => !letters.has(letter))).toEqual([]);
  });
});
