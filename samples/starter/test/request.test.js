'use strict';

const { deepStrictEqual } = require('node:assert');
const { test } = require('node:test');
const { parse } = require('../src/request');

test('what is no request has no type', () => {
  deepStrictEqual(parse(Buffer.from('{"type":"get"}')), { type: 'get' });
  for (const message of ['hello', '', 'null', '5', '"x"']) deepStrictEqual(parse(Buffer.from(message)), {}, message);
});
