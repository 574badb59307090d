import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { DisposableList } from '../../base/disposables';
import type { NativeSockets } from '../../base/native/sockets';
import type { ContractOutput, OutputStream } from './consoleOutput';

/** A process that left its group could keep a pipe open for ever. */
const DRAIN_LIMIT_MS = 1000;

/** Reads what a process prints, for a contract log. Real pipes, as /dev/stdout can't be opened where that is a socket. */
export class OutputCopies {
  /** For `spawn`, at 1 and 2. */
  readonly stdio: readonly [number | 'pipe', number | 'pipe'];
  private readonly ended: Promise<unknown>[] = [];

  constructor(private readonly output: ContractOutput, native: NativeSockets | undefined, private readonly ours: DisposableList, theirs: DisposableList) {
    const make = (stream: OutputStream): number | 'pipe' => {
      if (!native) return 'pipe';
      const { read, write } = native.pipe();
      theirs.add({ dispose: () => closeSync(write) });
      this.read(new Socket({ fd: read, readable: true, writable: false }), stream);
      return write;
    };
    this.stdio = [make('stdout'), make('stderr')];
  }

  /** Takes the streams that Node made where there were no pipes to be had. */
  attach({ stdout, stderr }: ChildProcess): void {
    if (stdout) this.read(stdout, 'stdout');
    if (stderr) this.read(stderr, 'stderr');
  }

  /** Resolves when all was read that a process that is gone had printed. */
  async drain(): Promise<void> {
    const limit = new AbortController();
    await Promise.race([Promise.all(this.ended), delay(DRAIN_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined)]);
    limit.abort();
  }

  private read(stream: Readable, name: OutputStream): void {
    this.ours.add({ dispose: () => stream.destroy() });
    this.ended.push(new Promise((resolve) => stream.once('close', resolve)));
    stream.on('error', () => undefined);
    stream.on('data', (bytes: Buffer) => this.output.write(name, bytes));
  }
}
