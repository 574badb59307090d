const BLOCKS = '▁▂▃▄▅▆▇█';

/** Values from 0 to `top` as a line of blocks, one each. */
export function sparkline(values: readonly number[], top: number): string {
  return values.map((value) => BLOCKS[Math.min(BLOCKS.length - 1, Math.max(0, Math.floor((value / top) * BLOCKS.length)))]).join('');
}
