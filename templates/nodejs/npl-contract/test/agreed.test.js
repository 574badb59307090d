'use strict';

const { strictEqual } = require('node:assert');
const { test } = require('node:test');
const { agreed } = require('../src/agreed');

test('the order in which the numbers come does not matter', () => {
  strictEqual(agreed(new Map([['a', 999_999], ['b', 3]])), 2);
  strictEqual(agreed(new Map([['b', 3], ['a', 999_999]])), 2);
});
