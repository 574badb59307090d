import type { Clock } from '../../src/base/clock';

/** Time that passes `factor` times as fast, from now on. */
export class FastClock implements Clock {
  private readonly start = Date.now();

  constructor(private readonly factor: number) {}

  now(): number {
    return Math.floor(this.start + (Date.now() - this.start) * this.factor);
  }

  elapsed(): number {
    return performance.now() * this.factor;
  }

  at(time: number, callback: () => void): () => void {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      timer = setTimeout(() => (this.now() < time ? arm() : callback()), Math.max(0, (time - this.now()) / this.factor));
    };
    arm();
    return () => clearTimeout(timer);
  }
}
