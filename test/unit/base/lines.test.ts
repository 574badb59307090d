import { expect, it } from 'vitest';
import { LineReader } from '../../../src/base/lines';

it('lines are put together from pieces, and told when they are whole', () => {
  const reader = new LineReader();
  expect(reader.push('one\ntw')).toEqual(['one']);
  expect(reader.push('o')).toEqual([]);
  expect(reader.push('\n\nthr')).toEqual(['two', '']);
  reader.forget();
  expect(reader.push('four\n')).toEqual(['four']);
});
