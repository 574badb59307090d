import { expect, it } from 'vitest';
import { wholeLogPath } from '../../../src/extension/logs/wholeLog';

it('finds the file of a log of which only the end is shown', () => {
  expect(wholeLogPath('⋯ 100 lines before: /home/me/my logs/console.log')).toBe('/home/me/my logs/console.log');
  expect(wholeLogPath('⋯ /console.log')).toBeUndefined();
  expect(wholeLogPath('100 lines before: /home/me/console.log')).toBeUndefined();
  expect(wholeLogPath('⋯ 100 lines before: /home/me/console.txt')).toBeUndefined();
});

// Found by the fuzzer's runs: the pattern that was here before took the square of the line's length.
it('is not held up by a line of a contract that is all beginnings of paths', () => {
  expect(wholeLogPath(`⋯ ${' /'.repeat(4_000_000)}`)).toBeUndefined();
});
