/** Cuts a byte stream into BSON documents, which begin with their own length (little-endian, at least 5). */
export class DocumentSplitter {
  private parts: Buffer[] = [];
  private buffered = 0;

  constructor(private readonly maxBytes: number) {}

  /** The documents that are complete now. Throws when one is longer than allowed, or can't be a document. */
  push(chunk: Buffer): Buffer[] {
    this.parts.push(chunk);
    this.buffered += chunk.length;
    const documents: Buffer[] = [];
    for (;;) {
      const length = this.nextLength();
      if (length === undefined || this.buffered < length) return documents;
      const all = this.parts.length === 1 && this.parts[0] ? this.parts[0] : Buffer.concat(this.parts);
      documents.push(all.subarray(0, length));
      this.parts = all.length > length ? [all.subarray(length)] : [];
      this.buffered -= length;
    }
  }

  private nextLength(): number | undefined {
    if (this.buffered < 4) return undefined;
    const first = this.parts[0];
    const head = first && first.length >= 4 ? first : Buffer.concat(this.parts);
    const length = head.readInt32LE(0);
    if (length < 5 || length > this.maxBytes) throw new Error(`message of ${length} bytes`);
    return length;
  }
}
