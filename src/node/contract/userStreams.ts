import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { codedLine, HotPocketError } from '../../base/errors';
import type { UserOutput } from '../../hotpocket/outputs';
import { OutputFrames } from './outputFrames';
import type { RunLog } from './runOptions';
import type { RunUser } from './types';

// A process that left the contract's process group could keep a socket open, and busy, for ever.
const DRAIN_LIMIT_MS = 1000;

/** What a run may send to all users together, whatever is configured: it is held in memory, and goes into one record on the disk. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Reads what a contract sends to its users: one socket each. */
export class UserStreams {
  private readonly frames: OutputFrames[];
  private receivedBytes = 0;
  private openCount: number;

  /** `sockets` in the order of `users`. */
  constructor(private readonly users: readonly RunUser[], private readonly sockets: readonly Socket[], private readonly limitBytes: number) {
    this.openCount = sockets.length;
    this.frames = sockets.map((socket) => {
      const frames = new OutputFrames(limitBytes);
      socket.on('data', (chunk: Buffer) => {
        this.receivedBytes += chunk.length;
        if (this.receivedBytes > MOST_BYTES) frames.stop();
        else frames.push(chunk);
        if (frames.exceeded) socket.destroy();
      });
      socket.on('close', () => this.openCount--);
      return frames;
    });
  }

  /** Reads on until nothing is left, which the end of a process does not mean, then closes. */
  async drain(): Promise<void> {
    const deadline = performance.now() + DRAIN_LIMIT_MS;
    for (let before = -1; this.openCount > 0 && this.receivedBytes !== before && performance.now() < deadline;) {
      before = this.receivedBytes;
      // The first only ends the turn of the event loop under way; the second means that all sockets were looked at.
      await nextTurn();
      await nextTurn();
    }
    for (const socket of this.sockets) socket.destroy();
  }

  /** In the order of the users; those to whom nothing was sent are left out. */
  outputs(): UserOutput[] {
    return this.users.flatMap((user, i) => {
      const messages = this.frames[i]?.messages ?? [];
      return messages.length > 0 ? [{ pubkey: user.pubkey, messages }] : [];
    });
  }

  /** Says what was dropped: a line for each kind at most, whatever the number of users. */
  report(log: RunLog): void {
    const setting = this.receivedBytes <= MOST_BYTES;
    this.reportDropped(log, (frames) => frames.exceeded, (users) => new HotPocketError('CONTRACT_OUTPUT_LIMIT', { bytes: setting ? this.limitBytes : MOST_BYTES, users, setting }));
    this.reportDropped(log, (frames) => frames.truncated, (users) => new HotPocketError('CONTRACT_OUTPUT_CUT', { users }));
  }

  private reportDropped(log: RunLog, concerns: (frames: OutputFrames) => boolean, problem: (users: string) => HotPocketError): void {
    const concerned = this.users.filter((_, i) => concerns(this.frames[i] as OutputFrames));
    const [first] = concerned;
    if (first) log.wrn(codedLine(problem(`user ${first.pubkey.slice(0, 10)}${concerned.length > 1 ? ` and ${concerned.length - 1} more` : ''}`)));
  }
}
