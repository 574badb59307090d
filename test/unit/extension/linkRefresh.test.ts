import { describe, expect, it } from 'vitest';
import { LinkRefresh } from '../../../src/extension/logs/linkRefresh';
import { ManualClock } from '../../support/manualClock';

function refreshed(): { readonly clock: ManualClock; readonly refresh: LinkRefresh; readonly looks: number[] } {
  const clock = new ManualClock(0);
  const looks: number[] = [];
  return { clock, looks, refresh: new LinkRefresh(() => looks.push(clock.now()), clock) };
}

describe('links in a log that goes on', () => {
  it('are looked for soon after they came, and once more', () => {
    const { clock, refresh, looks } = refreshed();
    clock.advance(5_000);
    expect(looks).toEqual([]);
    refresh.came();
    clock.advance(60_000);
    expect(looks).toEqual([5_150, 6_150]);
    expect(clock.pending).toBe(0);
  });

  it('are looked for once a second while they go on coming, and twice after the last of them', () => {
    const { clock, refresh, looks } = refreshed();
    for (let i = 0; i < 30; i++) {
      refresh.came();
      clock.advance(100);
    }
    clock.advance(60_000);
    expect(looks).toEqual([150, 1_150, 2_150, 3_150, 4_150]);
  });

  it('are looked for no more once nobody shows them', () => {
    const { clock, refresh, looks } = refreshed();
    refresh.came();
    refresh.dispose();
    clock.advance(60_000);
    expect(looks).toEqual([]);
  });
});
