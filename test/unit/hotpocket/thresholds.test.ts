import { describe, expect, it } from 'vitest';
import { closeNeeded, itemVotesNeeded, votesNeeded } from '../../../src/hotpocket/thresholds';

// Reference 3.5, threshold 80 %.
const table: [size: number, needed: number, stage2: number][] = [
  [1, 1, 1], [2, 2, 2], [3, 3, 2], [4, 4, 3], [5, 4, 4], [6, 5, 4], [7, 6, 5], [8, 7, 6], [9, 8, 6], [10, 8, 7], [12, 10, 8], [15, 12, 10], [16, 13, 11], [20, 16, 13],
];

describe('votes needed at 80 %', () => {
  it.each(table)('of %i nodes', (size, needed, stage2) => {
    expect(votesNeeded(80, size)).toBe(needed);
    expect(closeNeeded(80, size)).toBe(needed);
    expect(itemVotesNeeded(3, 80, size)).toBe(needed);
    expect(itemVotesNeeded(2, 80, size)).toBe(stage2);
    expect(itemVotesNeeded(1, 80, size)).toBe(1);
  });

  it('differs between the two formulas just where hpcore does', () => {
    const differ: string[] = [];
    for (let size = 1; size <= 64; size++) for (let threshold = 1; threshold <= 100; threshold++) {
      if (votesNeeded(threshold, size) !== closeNeeded(threshold, size)) differ.push(`${threshold},${size}`);
    }
    expect(differ.sort()).toEqual(['14,50', '28,25', '28,50', '56,25', '56,50']);
  });
});
