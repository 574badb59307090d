import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../base/errors';
import { TextWriter } from './textWriter';

/** A file of limited size that is followed by older ones: hp.log, hp.1.log, hp.2.log … (reference 2.1). */
export class LogFile {
  private readonly writer = new TextWriter();
  private fd: number | undefined;
  private size = 0;

  /** `maxBytes` is the size of one file, `maxCount` the number of files with the current one; zero means no limit. */
  constructor(private readonly dir: string, private readonly maxBytes: number, private readonly maxCount: number) {}

  get path(): string {
    return this.pathOf(0);
  }

  /** Appends whole lines. Never throws; returns the system's code for what went wrong, and tries again the next time. */
  write(text: string): string | undefined {
    const bytes = Buffer.byteLength(text);
    try {
      if (this.fd === undefined) this.open();
      const problem = this.isFull(bytes) ? this.rotate() : undefined;
      this.size += bytes;
      return this.fd === undefined ? problem : (this.writer.write(this.fd, text) ?? problem);
    } catch (error) {
      return systemCode(error) ?? 'EIO';
    }
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  private pathOf(age: number): string {
    return join(this.dir, age === 0 ? 'hp.log' : `hp.${age}.log`);
  }

  private isFull(more: number): boolean {
    return this.maxBytes > 0 && this.maxCount > 0 && this.size > 0 && this.size + more > this.maxBytes;
  }

  private open(): void {
    mkdirSync(this.dir, { recursive: true });
    this.fd = openSync(this.path, 'a', 0o644);
    this.size = fstatSync(this.fd).size;
  }

  /** Begins a new file. Where that is not possible, the current one goes on and a new attempt is made when as much again was written. */
  private rotate(): string | undefined {
    this.close();
    let problem: string | undefined;
    try {
      // The oldest file is overwritten by its successor; if only one is kept, that is the current file itself.
      if (this.maxCount === 1) rmSync(this.path, { force: true });
      for (let age = this.maxCount - 1; age > 0; age--) renameIfThere(this.pathOf(age - 1), this.pathOf(age));
    } catch (error) {
      problem = systemCode(error) ?? 'EIO';
    }
    this.open();
    if (problem !== undefined) this.size = 0;
    return problem;
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
