import { existsSync, watch, type FSWatcher } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { olderLog, type LogPlace } from './logTail';

const CHUNK = 64 * 1024;
// Watching misses changes on some file systems, and tells nothing before the file is there.
const POLL_MS = 250;

/**
 * Hands out a growing log as text, from the given place on or from its beginning. With `follow` it goes on when the file is cut, replaced,
 * made anew, or has become the older one (`olderLog`), until the signal, or until the folder of the file is gone. Characters are never split.
 */
export async function readLog(file: string, from: LogPlace | undefined, follow: boolean, onText: (text: string) => void, signal?: AbortSignal): Promise<void> {
  const reader = new LogReader(file, onText);
  const change = follow ? new FileChange(file, signal) : undefined;
  try {
    if (from) await reader.goTo(from);
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
  private position = 0;
  private decoder = new StringDecoder('utf8');
  private readonly buffer = Buffer.alloc(CHUNK);

  constructor(private readonly file: string, private readonly onText: (text: string) => void) {}

  /** A place in a file that is gone is the beginning of the one that is there. */
  async goTo({ file, offset }: LogPlace): Promise<void> {
    for (const name of [this.file, olderLog(this.file)]) {
      const handle = await openIfThere(name);
      if (handle && (await handle.stat()).ino === file) {
        this.handle = handle;
        this.position = offset;
        return;
      }
      await handle?.close();
    }
  }

  /** Reads to the end of what is there now. */
  async readOn(signal?: AbortSignal): Promise<void> {
    this.handle ??= await openIfThere(this.file);
    while (this.handle && !signal?.aborted) {
      // Looked for before reading: what was written to a file before it was replaced must not be lost.
      const next = await this.successor(this.handle);
      if ((await this.handle.stat()).size < this.position) this.startOver();
      await this.readToEnd(this.handle, signal);
      if (!next) return;
      await this.close();
      this.startOver();
      this.handle = next;
    }
  }

  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
  }

  /** The file that goes on where the given one ends, if that is no longer the current one. */
  private async successor(handle: FileHandle): Promise<FileHandle | undefined> {
    const known = await handle.stat();
    // The current one is held before the older one is looked at: if the older one is ours then, no other can lie between.
    const current = await openIfThere(this.file);
    if (!current || (await current.stat()).ino === known.ino) {
      await current?.close();
      return undefined;
    }
    const older = await openIfThere(olderLog(this.file));
    const between = await older?.stat();
    // Another one was begun since: ours was dropped, and what follows it is the older one.
    const skipped = between !== undefined && between.ino !== known.ino && between.mtimeMs >= known.mtimeMs;
    await (skipped ? current : older)?.close();
    return skipped ? older : current;
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

const openIfThere = (file: string): Promise<FileHandle | undefined> => open(file, 'r').catch(() => undefined);

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
