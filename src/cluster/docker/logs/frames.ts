const HEADER_BYTES = 8;
const STDERR = 2;

/** One record of a container's log: a line, or a part of one that is longer than Docker's 16 KiB. */
export interface LogRecord {
  readonly stream: 'stdout' | 'stderr';
  /** Docker's time stamp, RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly content: Buffer;
}

/** Cuts Docker's multiplexed log stream, asked for with time stamps, into its records. */
export class LogFrames {
  private rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): LogRecord[] {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const records: LogRecord[] = [];
    for (;;) {
      if (bytes.length < HEADER_BYTES) break;
      const end = HEADER_BYTES + bytes.readUInt32BE(4);
      if (bytes.length < end) break;
      const payload = bytes.subarray(HEADER_BYTES, end);
      const blank = payload.indexOf(0x20);
      records.push({ stream: bytes[0] === STDERR ? 'stderr' : 'stdout', time: payload.toString('latin1', 0, blank), content: payload.subarray(blank + 1) });
      bytes = bytes.subarray(end);
    }
    this.rest = Buffer.from(bytes);
    return records;
  }
}

/** RFC 3339 as the number that Docker's `since` takes: seconds with nanoseconds, as text. */
export function sinceText(time: string, backSeconds = 0): string {
  const [, fraction = '0'] = /\.(\d+)/.exec(time) ?? [];
  const seconds = Math.floor(Date.parse(time) / 1000) - backSeconds;
  return seconds <= 0 ? '0' : `${seconds}.${fraction.padEnd(9, '0')}`;
}

/** A daemon may note the start of a container (seen with 20.10) a moment after its first process began, which is all that hpcore needs to say that it is up. */
const EARLY_S = 10;

/** From when on, as Docker's `since`, a container's log is that of its last run: from the end of the run before, if there was one. */
export function sinceStart({ StartedAt, FinishedAt }: { readonly StartedAt: string; readonly FinishedAt: string }): string {
  const finished = Date.parse(FinishedAt);
  return finished > 0 && finished < Date.parse(StartedAt) ? sinceText(FinishedAt) : sinceText(StartedAt, EARLY_S);
}
