import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { blake3 } from '../../hotpocket/hash';

/** Where a frame's payload lies in its file. */
interface FramePlace {
  readonly offset: number;
  readonly length: number;
}

const HEADER = 12; // u32 length, 8 bytes of b3(payload)
const MAX_FRAME = 256 * 1024 * 1024;

/**
 * An append-only file of checksummed records. A record that was torn by a crash, and all after it, is cut off when the
 * file is opened: what is read is always a prefix of what was written.
 */
export class FrameLog {
  private readonly places: FramePlace[] = [];
  private end = 0;

  private constructor(private readonly fd: number) {}

  static open(path: string): FrameLog {
    const log = new FrameLog(openSync(path, 'a+', 0o600));
    log.scan();
    return log;
  }

  get count(): number {
    return this.places.length;
  }

  read(index: number): Buffer | undefined {
    const place = this.places[index];
    return place && readExactly(this.fd, place.offset, place.length);
  }

  /** Returns once the record is on disk. */
  append(payload: Uint8Array): void {
    const header = Buffer.alloc(HEADER);
    header.writeUInt32BE(payload.length);
    blake3(payload).copy(header, 4, 0, 8);
    try {
      writeAll(this.fd, Buffer.concat([header, payload]));
      fdatasyncSync(this.fd);
    } catch (error) {
      ftruncateSync(this.fd, this.end);
      throw error;
    }
    this.places.push({ offset: this.end + HEADER, length: payload.length });
    this.end += HEADER + payload.length;
  }

  /** Drops all records from `count` on. */
  truncate(count: number): void {
    if (count >= this.places.length) return;
    const last = this.places[count - 1];
    this.end = last ? last.offset + last.length : 0;
    this.places.length = count;
    ftruncateSync(this.fd, this.end);
    fdatasyncSync(this.fd);
  }

  close(): void {
    closeSync(this.fd);
  }

  private scan(): void {
    const size = fstatSync(this.fd).size;
    for (;;) {
      const header = readExactly(this.fd, this.end, HEADER);
      if (!header) break;
      const length = header.readUInt32BE();
      const offset = this.end + HEADER;
      const payload = length <= MAX_FRAME && offset + length <= size ? readExactly(this.fd, offset, length) : undefined;
      if (!payload || !blake3(payload).subarray(0, 8).equals(header.subarray(4))) break;
      this.places.push({ offset, length });
      this.end = offset + length;
    }
    if (this.end < size) ftruncateSync(this.fd, this.end);
  }
}

function readExactly(fd: number, offset: number, length: number): Buffer | undefined {
  const buffer = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const n = readSync(fd, buffer, done, length - done, offset + done);
    if (n === 0) return undefined;
    done += n;
  }
  return buffer;
}

function writeAll(fd: number, buffer: Buffer): void {
  for (let done = 0; done < buffer.length; ) done += writeSync(fd, buffer, done);
}
