import type { Clock } from '../../base/clock';

const STEP_MS = 2;
/** Looks at one run around the moment that is expected. */
const MOST_LOOKS = 3;

/**
 * Finds the moment at which a contract has read its arguments, its first sign of life. There is no event for that. The node looks at a
 * contract's channels every 10 ms at least (`RunChannels`), and this goes with it; and since a program takes about as long each time, it
 * asks for looks around that moment, which tell it by 2 ms. What is told is the last look at which it had not read them: that a node is
 * kept from looking must not make a contract look quicker than it is.
 */
export class ArgumentsWatch {
  /** How long it took the last time, ms. */
  private expected = 0;
  private read: (() => boolean) | undefined;
  private told = (_at: number): void => {};
  private begun = 0;
  /** When it was looked at last and had not read them; from `begun`. */
  private unread = 0;
  private looks = 0;

  constructor(private readonly clock: Pick<Clock, 'elapsed'>) {}

  /** The program was executed; `read` says whether it has read all of its arguments. What is told is a time of the clock's `elapsed`. */
  begin(read: () => boolean, told: (at: number) => void): void {
    this.read = read;
    this.told = told;
    this.begun = this.clock.elapsed();
    this.unread = 0;
    this.looks = 0;
  }

  /** Has a look. Returns in how many ms the next one should be, or undefined if any time will do. */
  look(): number | undefined {
    if (!this.read) return undefined;
    const took = this.clock.elapsed() - this.begun;
    if (this.read()) {
      // It was some time since the last look; the next time one will be in the middle of that.
      this.expected = (this.unread + took) / 2;
      this.read = undefined;
      this.told(this.begun + this.unread);
      return undefined;
    }
    this.unread = took;
    const left = this.expected - took;
    if (left > STEP_MS) return left - STEP_MS / 2;
    return this.looks++ < MOST_LOOKS ? STEP_MS : undefined;
  }

  /** The process is gone, perhaps before it was looked at. */
  end(): void {
    this.look();
    this.read = undefined;
  }
}
