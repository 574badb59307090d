import { bytesText } from '../../base/quantities';
const HEADER = 4;
const SMALLEST = 4096;

/** Cuts a byte stream into BSON documents, which begin with their own length (little-endian, at least 5). */
export class DocumentSplitter {
  /** The beginning of a document, in `held` bytes of this. It grows with what comes and not with what is claimed. */
  private buffer: Buffer = Buffer.alloc(0);
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  /** The documents that are complete now, each in memory of its own. Throws when one is longer than allowed, or can't be a document. */
  push(chunk: Buffer): Buffer[] {
    this.hold(chunk);
    const documents: Buffer[] = [];
    let done = 0;
    for (;;) {
      const rest = this.buffer.subarray(done, this.held);
      const length = this.lengthOf(rest);
      if (length === undefined || rest.length < length) break;
      documents.push(copyOf(rest.subarray(0, length)));
      done += length;
    }
    // What is left is short as a rule; of a document that is still coming it is all there is.
    if (done > 0) {
      this.buffer = this.held > done ? copyOf(this.buffer.subarray(done, this.held)) : Buffer.alloc(0);
      this.held -= done;
    }
    return documents;
  }

  /** Neither many pieces nor copying all of them again and again: a peer may send a document byte by byte. */
  private hold(chunk: Buffer): void {
    const needed = this.held + chunk.length;
    if (needed > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(this.held === 0 ? needed : Math.max(needed, 2 * this.held, SMALLEST));
      this.buffer.copy(larger, 0, 0, this.held);
      this.buffer = larger;
    }
    chunk.copy(this.buffer, this.held);
    this.held = needed;
  }

  private lengthOf(bytes: Buffer): number | undefined {
    if (bytes.length < HEADER) return undefined;
    const length = bytes.readInt32LE(0);
    if (length < 5 || length > this.maxBytes) throw new Error(`message of ${bytesText(length)}`);
    return length;
  }
}

/** Not a view, and not out of the pool that small buffers share: either would keep more alive than it shows. */
function copyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
