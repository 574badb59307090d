import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { unsaid, type Damaged } from '../damage';
import { FrameLog } from './frameLog';

/** Records in a file. All of it is read when it may have changed, and while it is open its places are in memory. */
const SEGMENT = 1024;
/** Files beside the newest that are open at the same time. */
const MOST_OPEN = 4;
const SEALS = 'sealed.json';

const sealed = v.record(v.string(), v.object({ count: v.number(), print: v.string() }));
type Seals = v.InferOutput<typeof sealed>;

interface Segment {
  readonly number: number;
  /** Of its first record. */
  readonly first: number;
  /** Records in it. */
  count: number;
}

/**
 * Records as in a FrameLog, in files of a bounded size, so that opening takes no longer the more there are: a file that is full is not read again as long as the
 * system says that nobody touched it (`sealed.json`). A damaged one ends the log, as in a FrameLog, with all files after it.
 */
export class SegmentedLog {
  private readonly segments: Segment[] = [];
  private readonly opened = new Map<number, FrameLog>();
  private seals: Seals;

  constructor(private readonly folder: string, private readonly size = SEGMENT, private readonly damaged: Damaged = unsaid) {
    this.seals = readSeals(join(folder, SEALS));
    const numbers = readdirSync(folder).flatMap((name) => /^ledgers(?:\.(\d+))?\.log$/.exec(name)?.[1] ?? (name === 'ledgers.log' ? '0' : [])).map(Number).sort((a, b) => a - b);
    for (const number of numbers) {
      const follows = number === this.segments.length && (number === 0 || this.last.count >= this.size);
      if (follows) this.segments.push({ number, first: this.count, count: this.countOf(number) });
      else {
        this.damaged(this.path(number), 'The file before it is not full, so nothing leads up to it. It was removed.');
        rmSync(this.path(number), { force: true });
      }
    }
    if (this.segments.length === 0) this.begin();
    this.saveSeals();
  }

  get count(): number {
    const last = this.segments.at(-1);
    return last ? last.first + last.count : 0;
  }

  read(index: number): Buffer | undefined {
    const segment = this.segments.findLast(({ first }) => first <= index);
    return segment && index >= 0 && index < segment.first + segment.count ? this.log(segment).read(index - segment.first) : undefined;
  }

  /** Returns once the record is on disk. */
  append(payload: Uint8Array): void {
    if (this.last.count >= this.size) {
      this.seal(this.last.number, this.last.count);
      this.saveSeals();
      this.begin();
    }
    this.log(this.last).append(payload);
    this.last.count++;
  }

  /** Drops all records from `count` on. */
  truncate(count: number): void {
    while (this.segments.length > 1 && this.last.first >= count) this.remove(this.segments.pop()!);
    const { last } = this;
    if (count >= last.first + last.count) return;
    this.log(last).truncate(count - last.first);
    last.count = count - last.first;
    delete this.seals[last.number];
    this.saveSeals();
  }

  close(): void {
    for (const log of this.opened.values()) log.close();
    this.opened.clear();
  }

  private get last(): Segment {
    return this.segments.at(-1)!;
  }

  private begin(): void {
    const first = this.count;
    this.segments.push({ number: this.segments.length, first, count: 0 });
    this.log(this.last);
  }

  private remove({ number }: Segment): void {
    this.opened.get(number)?.close();
    this.opened.delete(number);
    delete this.seals[number];
    rmSync(this.path(number), { force: true });
  }

  /** Its records, by its seal or by reading it. */
  private countOf(number: number): number {
    const seal = this.seals[number];
    if (seal?.print === fingerprint(this.path(number))) return seal.count;
    delete this.seals[number];
    const log = FrameLog.open(this.path(number), this.damaged);
    const { count } = log;
    if (count < this.size) {
      this.opened.set(number, log);
      return count;
    }
    log.close();
    this.seal(number, count);
    return count;
  }

  private log({ number }: Segment): FrameLog {
    const log = this.opened.get(number) ?? FrameLog.open(this.path(number), this.damaged);
    // The one that was asked for longest ago comes first.
    this.opened.delete(number);
    this.opened.set(number, log);
    for (const [other, open] of [...this.opened].slice(0, -MOST_OPEN)) {
      if (other === this.last.number) continue;
      open.close();
      this.opened.delete(other);
    }
    return log;
  }

  private seal(number: number, count: number): void {
    this.seals[number] = { count, print: fingerprint(this.path(number)) };
  }

  private saveSeals(): void {
    try {
      writeFileSync(join(this.folder, SEALS), JSON.stringify(this.seals), { mode: 0o600 });
    } catch {
      // Then files are read that need not be.
    }
  }

  private path(number: number): string {
    return join(this.folder, number === 0 ? 'ledgers.log' : `ledgers.${number}.log`);
  }
}

function readSeals(file: string): Seals {
  try {
    return v.parse(sealed, JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}

/** What changes when somebody writes to a file, or puts another in its place. */
function fingerprint(file: string): string {
  const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
  return [ino, size, mtimeNs, ctimeNs].join(' ');
}
