import { errorText } from '../../base/errors';
import { encodeReadResponse } from '../../hotpocket/protocol/serverMessages';
import type { UserPortLog } from './options';
import type { ConnectedUser } from './session';
import type { UserPortHandlers } from './types';

export interface ReadRequest {
  readonly user: ConnectedUser;
  readonly id: string;
  readonly content: Uint8Array;
}

const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/** What a request costs beside its texts, so that a great many empty ones are bounded too. */
const REQUEST_BYTES = 256;
const bytesOf = ({ id, content }: ReadRequest): number => REQUEST_BYTES + id.length + content.length;

/** Runs read requests in the order they came, a few at a time, and answers each output by a message (reference 6.4, 6.5). */
export class ReadRequests {
  private queue: ReadRequest[] = [];
  private queuedBytes = 0;
  private running = 0;

  constructor(private readonly parallel: number, private readonly read: UserPortHandlers['read'], private readonly log: UserPortLog) {}

  /** A request that finds the queue full is dropped without an answer, as any other that cannot be run. */
  add(request: ReadRequest): void {
    if (this.queuedBytes + bytesOf(request) > MAX_QUEUED_BYTES) {
      this.log.wrn('Failed to enqueue read request.');
      return;
    }
    this.queue.push(request);
    this.queuedBytes += bytesOf(request);
    this.startNext();
  }

  /** Forgets what a user who is gone still has waiting; what runs goes on, its answer is for nobody. */
  cancel(user: ConnectedUser): void {
    this.queue = this.queue.filter((request) => request.user !== user);
    this.queuedBytes = this.queue.reduce((sum, request) => sum + bytesOf(request), 0);
  }

  private startNext(): void {
    if (this.running >= this.parallel) return;
    const request = this.queue.shift();
    if (!request) return;
    this.queuedBytes -= bytesOf(request);
    this.running++;
    void this.run(request).finally(() => {
      this.running--;
      this.startNext();
    });
  }

  private async run({ user, id, content }: ReadRequest): Promise<void> {
    try {
      const outputs = await this.read(user.pubkey, user.protocol, content);
      for (const output of outputs ?? []) user.send(encodeReadResponse(user.protocol, id, output));
    } catch (error) {
      this.log.err(`A read request could not be run: ${errorText(error)}`);
    }
  }
}
