'use strict';

const { strictEqual } = require('node:assert');
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { test } = require('node:test');
const store = require('../src/store');

test('what was written can be read', () => {
  process.chdir(mkdtempSync(join(tmpdir(), 'contract-')));
  strictEqual(store.read(), '');
  store.write('x');
  strictEqual(store.read(), 'x');
});
