import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { agreed } from '../src/agreed';

test('the order in which the numbers come does not matter', () => {
  strictEqual(agreed(new Map([['a', 999_999], ['b', 3]])), 2);
  strictEqual(agreed(new Map([['b', 3], ['a', 999_999]])), 2);
});
