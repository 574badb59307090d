import { existsSync, watch, type FSWatcher } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

const CHUNK = 64 * 1024;
// Watching misses changes on some file systems, and tells nothing before the file is there.
const POLL_MS = 250;

/**
 * Hands out a growing file as text from the given offset (bytes) on. With `follow` it goes on when the file is cut, replaced or made
 * anew, until the signal, or until the folder of the file is gone. Characters are never split.
 */
export async function readLog(file: string, offset: number, follow: boolean, onText: (text: string) => void, signal?: AbortSignal): Promise<void> {
  const reader = new LogReader(file, offset, onText);
  const change = follow ? new FileChange(file, signal) : undefined;
  try {
    for (;;) {
      await reader.readOn(signal);
      if (!change || signal?.aborted || !existsSync(dirname(file))) return;
      await change.next();
    }
  } finally {
    change?.close();
    await reader.close();
  }
}

class LogReader {
  private handle: FileHandle | undefined;
  private decoder = new StringDecoder('utf8');
  private readonly buffer = Buffer.alloc(CHUNK);

  constructor(private readonly file: string, private position: number, private readonly onText: (text: string) => void) {}

  /** Reads to the end of what is there now. */
  async readOn(signal?: AbortSignal): Promise<void> {
    this.handle ??= await open(this.file, 'r').catch(() => undefined);
    if (!this.handle) return;
    // Looked at before reading: what was written to a file before it was replaced must not be lost.
    const replaced = await this.wasReplaced(this.handle);
    if ((await this.handle.stat()).size < this.position) this.startOver();
    await this.readToEnd(this.handle, signal);
    if (!replaced || signal?.aborted) return;
    await this.close();
    this.startOver();
    await this.readOn(signal);
  }

  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
  }

  private async wasReplaced(handle: FileHandle): Promise<boolean> {
    const now = await stat(this.file).catch(() => undefined);
    return now !== undefined && now.ino !== (await handle.stat()).ino;
  }

  private startOver(): void {
    this.position = 0;
    this.decoder = new StringDecoder('utf8');
  }

  private async readToEnd(handle: FileHandle, signal?: AbortSignal): Promise<void> {
    while (!signal?.aborted) {
      const { bytesRead } = await handle.read(this.buffer, 0, CHUNK, this.position);
      if (bytesRead === 0) return;
      this.position += bytesRead;
      const text = this.decoder.write(this.buffer.subarray(0, bytesRead));
      if (text !== '') this.onText(text);
    }
  }
}

/** Waits for a file to change, looking anyway every 250 ms. */
class FileChange {
  private watcher: FSWatcher | undefined;
  private changed = false;
  private wake: (() => void) | undefined;
  private readonly onChange = (): void => {
    this.changed = true;
    this.wake?.();
  };

  constructor(private readonly file: string, private readonly signal?: AbortSignal) {
    signal?.addEventListener('abort', this.onChange);
  }

  async next(): Promise<void> {
    this.watch();
    await new Promise<void>((resolve) => {
      if (this.changed) return resolve();
      const timer = setTimeout(resolve, POLL_MS);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.changed = false;
  }

  close(): void {
    this.signal?.removeEventListener('abort', this.onChange);
    this.watcher?.close();
  }

  private watch(): void {
    if (this.watcher) return;
    try {
      this.watcher = watch(this.file, (event) => {
        // A renamed file is watched by its old name no more.
        if (event === 'rename') this.unwatch();
        this.onChange();
      });
      this.watcher.on('error', () => this.unwatch());
    } catch {
      // Not there yet, or no watchers left: looking every 250 ms does.
    }
  }

  private unwatch(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }
}
