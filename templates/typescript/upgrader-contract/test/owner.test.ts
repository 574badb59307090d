import { strictEqual } from 'node:assert';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as owner from '../src/owner';

test('the first who claims it is the owner, for good', () => {
  process.chdir(mkdtempSync(join(tmpdir(), 'contract-')));
  strictEqual(owner.is('a'), false);
  strictEqual(owner.claim('a'), true);
  strictEqual(owner.claim('b'), false);
  strictEqual(owner.claim('a'), true);
  strictEqual(owner.is('a'), true);
});
