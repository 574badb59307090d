import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { isName } from '../src/files';

test('names do not lead out of the folder', () => {
  for (const name of ['a.txt', 'b-2', '_']) strictEqual(isName(name), true, name);
  for (const name of ['', '..', '../a', 'a/b', '/a', '.hidden', undefined, 'x'.repeat(101)]) strictEqual(isName(name), false, String(name));
});
