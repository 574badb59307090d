import { HotPocketError } from '../base/errors';
import { deferred, type Deferred } from './deferred';

/** A contract may answer by several messages, and none of them says that it is the last (reference 6.5). */
const SETTLE_MS = 100;
const MAX_REQUESTS = 1000;
const MAX_BYTES = 64 * 1024 * 1024;

interface PendingRead {
  readonly responses: Buffer[];
  readonly all: Deferred<readonly Buffer[]>;
  bytes: number;
  timer: NodeJS.Timeout;
}

/** Read requests that wait for their responses. */
export class PendingReads {
  private readonly reads = new Map<string, PendingRead>();

  constructor(private readonly url: string) {}

  /** Sends, and waits for the first response at most `timeoutMs`, then until no more come. Errors as in `Answers.ask`. */
  async ask(id: string, timeoutMs: number, send: () => void): Promise<readonly Buffer[]> {
    if (this.reads.size >= MAX_REQUESTS) throw new HotPocketError('CLIENT_BUSY', { what: 'read requests', limit: MAX_REQUESTS });
    send();
    const all = deferred<readonly Buffer[]>();
    const late = (): void => all.reject(new HotPocketError('CLIENT_NO_ANSWER', { url: this.url, request: 'a read request', seconds: timeoutMs / 1000 }));
    const read: PendingRead = { responses: [], all, bytes: 0, timer: setTimeout(late, timeoutMs) };
    this.reads.set(id, read);
    try {
      return await all.promise;
    } finally {
      clearTimeout(read.timer);
      this.reads.delete(id);
    }
  }

  /** False if nobody waits for it. */
  add(id: string, response: Buffer): boolean {
    const read = this.reads.get(id);
    if (!read) return false;
    clearTimeout(read.timer);
    read.responses.push(response);
    read.bytes += response.length;
    if (read.bytes > MAX_BYTES) read.all.reject(new HotPocketError('CLIENT_BUSY', { what: 'bytes of responses', limit: MAX_BYTES }));
    else read.timer = setTimeout(() => read.all.resolve(read.responses), SETTLE_MS);
    return true;
  }

  fail(error: unknown): void {
    for (const { all } of this.reads.values()) all.reject(error);
  }
}
