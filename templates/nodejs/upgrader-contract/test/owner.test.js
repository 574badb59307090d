'use strict';

const { strictEqual } = require('node:assert');
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { test } = require('node:test');
const owner = require('../src/owner');

test('the first who claims it is the owner, for good', () => {
  process.chdir(mkdtempSync(join(tmpdir(), 'contract-')));
  strictEqual(owner.is('a'), false);
  strictEqual(owner.claim('a'), true);
  strictEqual(owner.claim('b'), false);
  strictEqual(owner.claim('a'), true);
  strictEqual(owner.is('a'), true);
});
