import type { FrameFile } from '../../../src/node/ledger/frameFile';

/** Thrown in a node that dies in the middle of a write. */
export class PowerCut extends Error {}

/** Bytes that outlive the process that writes them, as on a disk. A process that died changes nothing any more. */
export class SimFile {
  private bytes = Buffer.alloc(4096);
  private length = 0;
  private tear: ((bytes: Uint8Array) => Uint8Array) | undefined;

  /** The next write leaves what `torn` makes of it, and takes the process with it. */
  tearNextWrite(torn: (bytes: Uint8Array) => Uint8Array): void {
    this.tear = torn;
  }

  /** For one life of a process. */
  open(): FrameFile {
    let dead = false;
    const { file } = this;
    this.tear = undefined;
    return {
      get size() {
        return file().length;
      },
      read: (offset, length) => (offset + length <= this.length ? Buffer.from(this.bytes.subarray(offset, offset + length)) : undefined),
      append: (bytes) => {
        if (dead) throw new PowerCut();
        this.write(this.tear?.(bytes) ?? bytes);
        if (!this.tear) return;
        dead = true;
        throw new PowerCut();
      },
      truncate: (size) => {
        if (!dead) this.length = size;
      },
      close: () => {
        dead = true;
      },
    };
  }

  private readonly file = (): Buffer => this.bytes.subarray(0, this.length);

  private write(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (needed > this.bytes.length) this.bytes = Buffer.concat([this.file()], 2 * needed);
    this.bytes.set(bytes, this.length);
    this.length = needed;
  }
}
