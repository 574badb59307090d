/** Work in small synchronous steps: Node's synchronous file calls are the fastest, but must not hold up a round. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** How long steps may hold the event loop at a time, in ms. */
const SLICE_MS = 8;

/** Does all steps now. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Does steps in slices between other events, the first slice at once; `finish` does the rest in one go. */
export class Job<T> {
  readonly done: Promise<T>;
  private over = false;
  private resolve!: (value: T) => void;
  private reject!: (reason: unknown) => void;

  constructor(private readonly steps: Steps<T>) {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.slice();
  }

  /** Afterwards `done` is settled. Never throws: a failure belongs to whoever waits for `done`. */
  finish(): void {
    while (!this.over) this.step();
  }

  private slice(): void {
    const end = performance.now() + SLICE_MS;
    while (!this.over && performance.now() < end) this.step();
    if (!this.over) setImmediate(() => this.slice());
  }

  private step(): void {
    try {
      const step = this.steps.next();
      if (!step.done) return;
      this.resolve(step.value);
    } catch (error) {
      this.reject(error);
    }
    this.over = true;
  }
}
