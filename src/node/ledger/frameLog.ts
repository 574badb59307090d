import { blake3 } from '../../hotpocket/hash';
import { openFrameFile, type FrameFile } from './frameFile';

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

  constructor(private readonly file: FrameFile) {
    this.scan();
  }

  static open(path: string): FrameLog {
    return new FrameLog(openFrameFile(path));
  }

  get count(): number {
    return this.places.length;
  }

  read(index: number): Buffer | undefined {
    const place = this.places[index];
    return place && this.file.read(place.offset, place.length);
  }

  /** Returns once the record is on disk. */
  append(payload: Uint8Array): void {
    const header = Buffer.alloc(HEADER);
    header.writeUInt32BE(payload.length);
    blake3(payload).copy(header, 4, 0, 8);
    try {
      this.file.append(Buffer.concat([header, payload]));
    } catch (error) {
      this.file.truncate(this.end);
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
    this.file.truncate(this.end);
  }

  close(): void {
    this.file.close();
  }

  private scan(): void {
    const { size } = this.file;
    for (;;) {
      const header = this.file.read(this.end, HEADER);
      if (!header) break;
      const length = header.readUInt32BE();
      const offset = this.end + HEADER;
      const payload = length <= MAX_FRAME && offset + length <= size ? this.file.read(offset, length) : undefined;
      if (!payload || !blake3(payload).subarray(0, 8).equals(header.subarray(4))) break;
      this.places.push({ offset, length });
      this.end = offset + length;
    }
    if (this.end < size) this.file.truncate(this.end);
  }
}
