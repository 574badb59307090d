import { deepStrictEqual } from 'node:assert';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { answer } from '../src/answer';

test('what was set can be got, and a read request sets nothing', () => {
  process.chdir(mkdtempSync(join(tmpdir(), 'contract-')));
  deepStrictEqual(answer({ type: 'get' }, true), { type: 'dataResult', data: '' });
  deepStrictEqual(answer({ type: 'set', data: 'x' }, true).type, 'error');
  deepStrictEqual(answer({ type: 'set', data: 'x' }, false), { type: 'dataResult', data: 'success' });
  deepStrictEqual(answer({ type: 'get' }, true), { type: 'dataResult', data: 'x' });
});

test('what is no request of its own is answered with an error', () => {
  for (const request of [{}, { type: 'set' }, { type: 'set', data: 5 }]) deepStrictEqual(answer(request, false).type, 'error');
});
