import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';

/** What a frame log is kept in: bytes of which only the end changes. */
export interface FrameFile {
  readonly size: number;
  /** Undefined if the file ends before. */
  read(offset: number, length: number): Buffer | undefined;
  /** Returns once it is on disk. A crash in the middle may leave any part of it. */
  append(bytes: Uint8Array): void;
  /** Returns once it is on disk. */
  truncate(size: number): void;
  close(): void;
}

export function openFrameFile(path: string): FrameFile {
  const fd = openSync(path, 'a+', 0o600);
  return {
    get size() {
      return fstatSync(fd).size;
    },
    read(offset, length) {
      const buffer = Buffer.alloc(length);
      for (let done = 0; done < length; ) {
        const n = readSync(fd, buffer, done, length - done, offset + done);
        if (n === 0) return undefined;
        done += n;
      }
      return buffer;
    },
    append(bytes) {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
      fdatasyncSync(fd);
    },
    truncate(size) {
      ftruncateSync(fd, size);
      fdatasyncSync(fd);
    },
    close: () => closeSync(fd),
  };
}
