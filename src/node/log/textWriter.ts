import { writeSync } from 'node:fs';
import { systemCode } from '../../base/errors';

const KEPT_BYTES = 1024 * 1024;

/**
 * Writes text at once and in order, so that nothing is lost when the process dies. What cannot be written now (the disk
 * is full, a reader is behind) is kept up to 1 MiB and goes first the next time; beyond that, texts are dropped whole and counted.
 */
export class TextWriter {
  private pending = Buffer.alloc(0);
  private dropped = 0;
  private patient = true;

  /** `patienceMs`: how long a reader that is behind may hold us up. After that it is not waited for until it has read something. */
  constructor(private readonly patienceMs = 2_000) {}

  /** The system's code for what went wrong, if not all could be written. */
  write(fd: number, text: string | Uint8Array): string | undefined {
    this.keep(text);
    const deadline = Date.now() + (this.patient ? this.patienceMs : 0);
    while (this.pending.length > 0) {
      try {
        this.pending = this.pending.subarray(writeSync(fd, this.pending));
        this.patient = true;
      } catch (error) {
        const code = systemCode(error) ?? 'EIO';
        if (code !== 'EAGAIN' || Date.now() >= deadline) {
          this.patient = false;
          return code;
        }
        sleep(5);
      }
    }
    return undefined;
  }

  private keep(text: string | Uint8Array): void {
    const note = this.dropped > 0 ? `(${this.dropped} messages could not be written.)\n` : '';
    const bytes = Buffer.concat([Buffer.from(note), Buffer.from(text as string)]);
    if (this.pending.length > 0 && this.pending.length + bytes.length > KEPT_BYTES) {
      this.dropped++;
      return;
    }
    this.dropped = 0;
    this.pending = Buffer.concat([this.pending, bytes]);
  }
}

// Log lines are written by synchronous code, which has no other way to wait.
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
