import { HotPocketError } from '../base/errors';
import { deferred, type Deferred } from './deferred';

const LIMIT = 1000;

/** Requests of one kind that wait for an answer each, found again by an id. */
export class Answers<T> {
  private readonly waiting = new Map<string, Deferred<T>>();

  constructor(private readonly request: string, private readonly url: string, private readonly timeoutMs: number) {}

  /**
   * Sends and waits. Who asks with an id that is asked for already shares the answer, and nothing is sent. Rejects with
   * CLIENT_NO_ANSWER, CLIENT_BUSY, or what `send` throws.
   */
  async ask(id: string, send: () => void): Promise<T> {
    const asked = this.waiting.get(id);
    if (asked) return asked.promise;
    if (this.waiting.size >= LIMIT) throw new HotPocketError('CLIENT_BUSY', { what: 'requests', limit: LIMIT });
    send();
    const waiting = deferred<T>();
    this.waiting.set(id, waiting);
    const { url, request, timeoutMs } = this;
    const timer = setTimeout(() => waiting.reject(new HotPocketError('CLIENT_NO_ANSWER', { url, request, seconds: timeoutMs / 1000 })), timeoutMs);
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(id);
    }
  }

  /** Of what nobody asked, or no longer, nothing is made. */
  answer(id: string, value: T): void {
    this.waiting.get(id)?.resolve(value);
  }

  fail(error: unknown): void {
    for (const { reject } of this.waiting.values()) reject(error);
  }
}
