import type { Clock } from '../../src/base/clock';

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  private readonly timers = new Set<{ time: number; callback: () => void }>();

  constructor(private time = 1_700_000_000_000) {}

  /** How many callbacks are waiting. */
  get pending(): number {
    return this.timers.size;
  }

  now(): number {
    return this.time;
  }

  elapsed(): number {
    return this.time;
  }

  at(time: number, callback: () => void): () => void {
    const timer = { time, callback };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Moves on to what is due next, if anything is. */
  advanceToNext(): void {
    if (this.timers.size > 0) this.advance(Math.max(0, Math.min(...[...this.timers].map(({ time }) => time)) - this.time));
  }

  /** Moves on by `ms`, calling back on the way whatever falls due, in order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const [next] = [...this.timers].filter((t) => t.time <= end).sort((a, b) => a.time - b.time);
      if (!next) break;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.time);
      next.callback();
    }
    this.time = end;
  }
}
