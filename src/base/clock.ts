/** Time as the rest of the program sees it, so that tests and the simulation can own it. Milliseconds since 1970. */
export interface Clock {
  now(): number;
  /** Milliseconds since some moment, with fractions, that never go back: to measure how long something takes. It stands still when `now` does. */
  elapsed(): number;
  /** Calls back once at the given time, or as soon as possible if it is past. Returns a function that cancels. */
  at(time: number, callback: () => void): () => void;
}

/** Timers fire no earlier than asked for, which Node's own do by up to a millisecond. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  at(time, callback) {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      // setTimeout cannot wait longer than 2^31 - 1 ms.
      timer = setTimeout(() => (Date.now() < time ? arm() : callback()), Math.min(Math.max(0, time - Date.now()), 0x7fffffff));
    };
    arm();
    return () => clearTimeout(timer);
  },
};
