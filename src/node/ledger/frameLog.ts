import { bytesText } from '../../base/quantities';
import { blake3 } from '../../hotpocket/hash';
import { unsaid, type Damaged } from '../damage';
import { openFrameFile, type FrameFile } from './frameFile';

/** Where a frame's payload lies in its file. */
interface FramePlace {
  readonly offset: number;
  readonly length: number;
}

const HEADER = 12; // u32 length, 8 bytes of b3(payload)
const MAX_FRAME = 256 * 1024 * 1024;

/** A record with its length and checksum. */
export function framed(payload: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(payload.length);
  blake3(payload).copy(header, 4, 0, 8);
  return Buffer.concat([header, payload]);
}

/** The record of which a file consists; undefined if that is not exactly one, or is damaged. */
export function unframed(content: Buffer): Buffer | undefined {
  const payload = content.subarray(HEADER);
  const isWhole = content.length >= HEADER && content.readUInt32BE() === payload.length && isOf(payload, content);
  return isWhole ? payload : undefined;
}

const isOf = (payload: Uint8Array, header: Buffer): boolean => blake3(payload).subarray(0, 8).equals(header.subarray(4, HEADER));

/**
 * An append-only file of checksummed records. A record that was torn by a crash, and all after it, is cut off when the
 * file is opened: what is read is always a prefix of what was written.
 */
export class FrameLog {
  private readonly places: FramePlace[] = [];
  private end = 0;

  /** `cut` is told how many bytes were cut off. */
  constructor(private readonly file: FrameFile, cut: (bytes: number) => void = () => undefined) {
    const { size } = file;
    this.scan();
    if (this.end === size) return;
    file.truncate(this.end);
    cut(size - this.end);
  }

  static open(path: string, damaged: Damaged = unsaid): FrameLog {
    let bytes = 0;
    const log = new FrameLog(openFrameFile(path), (cut) => (bytes = cut));
    if (bytes > 0) damaged(path, `Its last ${bytesText(bytes)} are no whole record, and were cut off; the ${log.count} records before are good.`);
    return log;
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
    try {
      this.file.append(framed(payload));
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
      if (!payload || !isOf(payload, header)) break;
      this.places.push({ offset, length });
      this.end = offset + length;
    }
  }
}
