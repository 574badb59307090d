import { abortable } from './abortable';

/** Runs one job at a time, in the order they came. A job that is cancelled while it waits fails at once and never starts. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();
  private pending = 0;

  get isIdle(): boolean {
    return this.pending === 0;
  }

  async run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.pending++;
    const before = this.last;
    const turn = abortable(before, signal).then(job);
    this.last = Promise.allSettled([before, turn]);
    try {
      return await turn;
    } finally {
      this.pending--;
    }
  }
}
