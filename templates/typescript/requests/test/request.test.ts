import { deepStrictEqual } from 'node:assert';
import { test } from 'node:test';
import { parse } from '../src/request';

test('what is no request has no type', () => {
  deepStrictEqual(parse(Buffer.from('{"type":"get"}')), { type: 'get' });
  for (const message of ['hello', '', 'null', '5', '"x"']) deepStrictEqual(parse(Buffer.from(message)), {}, message);
});
