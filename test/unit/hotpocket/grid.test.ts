import { describe, expect, it } from 'vitest';
import { decodeTimeConfig, encodeTimeConfig, makeGrid, nextRoundStart, stageAt, stdStringHash } from '../../../src/hotpocket/grid';

describe('the hash that the grid is derived from', () => {
  // Values of libstdc++'s std::hash<std::string> (reference 3.2).
  it.each([
    ['3c349abe-4d70-4f50-9fa6-018f1f2530ab', 8317652129716230401n],
    ['a', 4993892634952068459n],
    ['12345678', 10113836418918046885n],
    ['', 6142509188972423790n],
  ])('of %j', (text, hash) => {
    expect(stdStringHash(Buffer.from(text))).toBe(hash);
  });
});

describe('the time grid', () => {
  it('gives stage 0 what the slices leave over', () => {
    expect(makeGrid('a', { roundTime: 2000, stageSlice: 25 }).stageStart).toEqual([0, 500, 1000, 1500]);
    // 33 % of 1001 is 330 in integers; stage 0 has the other 11 ms.
    expect(makeGrid('a', { roundTime: 1001, stageSlice: 33 }).stageStart).toEqual([0, 11, 341, 671]);
    expect(makeGrid('a', { roundTime: 1001, stageSlice: 33 }).guard).toBe(100);
  });

  it('starts a round at every time that has the offset, and never now', () => {
    const grid = makeGrid('3c349abe-4d70-4f50-9fa6-018f1f2530ab', { roundTime: 2000, stageSlice: 25 });
    expect(grid.offset).toBe(Number(8317652129716230401n % 2000n));
    const start = nextRoundStart(grid, 1_700_000_000_000);
    expect((start - grid.offset) % 2000).toBe(0);
    expect(start).toBeGreaterThan(1_700_000_000_000);
    expect(start).toBeLessThanOrEqual(1_700_000_002_000);
    expect(nextRoundStart(grid, start)).toBe(start + 2000);
    expect(nextRoundStart(grid, start - 1)).toBe(start);
    // Before the offset's first occurrence the remainder would be negative.
    expect(nextRoundStart({ ...grid, offset: 1500 }, 100)).toBe(1500);
  });

  it('says in which stage a moment lies', () => {
    const grid = { ...makeGrid('a', { roundTime: 2000, stageSlice: 20 }), offset: 300 };
    expect([300, 1099, 1100, 1499, 1500, 1900, 2299, 2300, 299].map((now) => stageAt(grid, 1_700_000_000_000 + now))).toEqual([0, 0, 1, 1, 2, 3, 3, 0, 3]);
  });

  it('travels as one number', () => {
    expect(encodeTimeConfig({ roundTime: 2000, stageSlice: 25 })).toBe(200_025);
    expect(decodeTimeConfig(100_033)).toEqual({ roundTime: 1000, stageSlice: 33 });
  });
});
