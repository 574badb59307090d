const HEADER_BYTES = 4;

/**
 * Cuts what a contract writes for one user into messages: be32 length || payload, again and again (reference 7.3).
 * Only what was received is ever held, whatever a header claims.
 */
export class OutputFrames {
  readonly messages: Buffer[] = [];
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private neededBytes = HEADER_BYTES;
  private roomBytes: number;
  private full = false;

  /** `limitBytes` counts headers too; 0 = unlimited. */
  constructor(limitBytes: number) {
    this.roomBytes = limitBytes === 0 ? Infinity : limitBytes;
  }

  /** More was written than the limit allows. Messages that lie within it are kept, however the data arrived. */
  get exceeded(): boolean {
    return this.full;
  }

  /** The end of the last message is missing. */
  get truncated(): boolean {
    return !this.full && this.pendingBytes > 0;
  }

  /** Nothing more is taken. */
  stop(): void {
    this.full = true;
    this.pending = [];
  }

  push(chunk: Buffer): void {
    if (this.full) return;
    this.full = chunk.length > this.roomBytes;
    const taken = this.full ? chunk.subarray(0, this.roomBytes) : chunk;
    this.roomBytes -= taken.length;
    this.pending.push(taken);
    this.pendingBytes += taken.length;
    if (this.pendingBytes >= this.neededBytes) this.cut();
    if (this.full) this.pending = [];
  }

  private cut(): void {
    let data = this.pending.length === 1 ? this.pending[0] as Buffer : Buffer.concat(this.pending);
    for (;;) {
      this.neededBytes = HEADER_BYTES + (data.length < HEADER_BYTES ? 0 : data.readUInt32BE());
      if (data.length < HEADER_BYTES || data.length < this.neededBytes) break;
      // Copied, so that a short message does not hold on to the whole chunk it came in.
      this.messages.push(Buffer.from(data.subarray(HEADER_BYTES, this.neededBytes)));
      data = data.subarray(this.neededBytes);
    }
    this.pending = data.length > 0 ? [data] : [];
    this.pendingBytes = data.length;
  }
}
