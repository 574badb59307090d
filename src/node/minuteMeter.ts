const WINDOW_MS = 60_000;

/** Counts up to a limit within fixed windows of a minute (reference 6.8). A limit of 0 never trips. */
export class MinuteMeter {
  private windowStart = 0;
  private count = 0;

  constructor(readonly limit: number) {}

  /** False once the count of this minute is above the limit. */
  add(amount: number, now: number): boolean {
    if (now - this.windowStart >= WINDOW_MS) {
      this.windowStart = now;
      this.count = 0;
    }
    this.count += amount;
    return this.limit === 0 || this.count <= this.limit;
  }
}
