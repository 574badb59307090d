import { Worker } from 'node:worker_threads';

/** Ends this process when it does nothing but compute for too long, and says in which message: no timer here would ever fire. */
export class Watchdog {
  private readonly count: Int32Array;
  private readonly worker: Worker;

  constructor(what: string, limitMs: number) {
    const shared = new SharedArrayBuffer(4);
    this.count = new Int32Array(shared);
    this.worker = new Worker(PROGRAM, { eval: true, workerData: { shared, what, limitMs } });
    this.worker.unref();
  }

  /** The next message begins. */
  next(): void {
    Atomics.add(this.count, 0, 1);
  }

  end(): void {
    void this.worker.terminate();
  }
}

const PROGRAM = `
const { workerData: { shared, what, limitMs } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const count = new Int32Array(shared);
let seen = -1, since = Date.now();
setInterval(() => {
  const now = Atomics.load(count, 0);
  if (now !== seen) { seen = now; since = Date.now(); return; }
  if (now === 0 || Date.now() - since < limitMs) return;
  writeSync(2, 'Hangs: ' + what + ', message ' + now + ', or in making the next\\n');
  process.kill(process.pid, 'SIGKILL');
}, 500);
`;
