import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PRIMARY_SHARD_SIZE, shardOf } from '../../hotpocket/ledger';
import { unsaid, type Damaged } from '../damage';
import { SegmentedLog } from './segmentedLog';

/** Records of ledgers by their numbers, without gaps. */
export interface LedgerRecords {
  /** Number of the oldest ledger that is held; 1 if there is none. */
  readonly oldest: number;
  /** Number of the newest ledger that is held; 0 if there is none. */
  readonly newest: number;
  read(seqNo: number): Buffer | undefined;
  /** The ledger after the newest. Returns once it is on disk. */
  append(seqNo: number, record: Uint8Array): void;
  /** Drops all after ledger `last`. */
  truncate(last: number): void;
  /** Drops all, so that any ledger that begins a shard may come next. */
  restart(): void;
  close(): void;
}

/**
 * Records of ledgers, one after the other, in shards of 262,144, as many as the node is to keep (reference 4.2, 4.3). What is held has no
 * gaps; it begins with a shard.
 */
export class PrimaryHistory implements LedgerRecords {
  private readonly shards = new Map<number, SegmentedLog>();

  /** `dir` is `ledger_fs/seed/primary`; `keep` is at least 1. */
  constructor(private readonly dir: string, private readonly keep: number, private readonly size = PRIMARY_SHARD_SIZE, private readonly damaged: Damaged = unsaid) {
    mkdirSync(dir, { recursive: true });
    let newer: number | undefined;
    for (const number of this.found()) {
      const log = this.open(number);
      // An empty one was begun in a crash; what is older than one that is not full does not lead up to the newest.
      const fits = newer === undefined ? log.count > 0 : number === newer - 1 && log.count === this.size;
      if (fits) newer = number;
      else {
        if (log.count > 0) damaged(join(dir, String(number)), `Its ${log.count} ledgers do not lead up to the next shard, and were dropped.`);
        this.remove(number);
      }
    }
    this.dropOld();
  }

  get oldest(): number {
    return this.shards.size === 0 ? 1 : Math.min(...this.shards.keys()) * this.size + 1;
  }

  get newest(): number {
    if (this.shards.size === 0) return 0;
    const number = Math.max(...this.shards.keys());
    return number * this.size + (this.shards.get(number)?.count ?? 0);
  }

  read(seqNo: number): Buffer | undefined {
    return seqNo < 1 ? undefined : this.shards.get(shardOf(seqNo, this.size))?.read((seqNo - 1) % this.size);
  }

  /** Once it is on disk, what is too old is dropped. */
  append(seqNo: number, record: Uint8Array): void {
    const number = shardOf(seqNo, this.size);
    const known = this.shards.get(number);
    const log = known ?? this.open(number);
    if (log.count !== (seqNo - 1) % this.size) throw new Error(`ledger ${seqNo} does not follow ledger ${this.newest}`);
    log.append(record);
    if (!known) this.dropOld();
  }

  truncate(last: number): void {
    for (const number of [...this.shards.keys()].sort((a, b) => b - a)) {
      if (number * this.size >= last) this.remove(number);
      else this.shards.get(number)?.truncate(last - number * this.size);
    }
  }

  restart(): void {
    for (const number of [...this.shards.keys()]) this.remove(number);
  }

  close(): void {
    for (const log of this.shards.values()) log.close();
  }

  /** Newest first. */
  private found(): number[] {
    const names = readdirSync(this.dir, { withFileTypes: true }).filter((entry) => entry.isDirectory() && /^\d+$/.test(entry.name));
    return names.map(({ name }) => Number(name)).sort((a, b) => b - a);
  }

  private open(number: number): SegmentedLog {
    const folder = join(this.dir, String(number));
    mkdirSync(folder, { recursive: true });
    const log = new SegmentedLog(folder, undefined, this.damaged);
    this.shards.set(number, log);
    return log;
  }

  private remove(number: number): void {
    this.shards.get(number)?.close();
    this.shards.delete(number);
    rmSync(join(this.dir, String(number)), { recursive: true, force: true });
  }

  private dropOld(): void {
    for (const number of [...this.shards.keys()].sort((a, b) => b - a).slice(this.keep)) this.remove(number);
  }
}
