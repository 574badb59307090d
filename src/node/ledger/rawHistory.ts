import { BSON } from 'bson';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { toBson } from '../../hotpocket/bson';
import type { Hex } from '../../hotpocket/hash';
import { RAW_SHARD_SIZE, shardOf } from '../../hotpocket/ledger';
import type { LedgerInputView, LedgerOutputView } from '../../hotpocket/protocol/types';
import { bytes, hash, integer, publicKey } from '../schemas';
import { unsaid, type Damaged } from '../damage';
import { FrameLog } from './frameLog';

/** What users sent in a ledger, and what the contract had sent them. */
export interface RawLedger {
  readonly inputs: readonly LedgerInputView[];
  readonly outputs: readonly LedgerOutputView[];
}

const record = v.object({
  seqNo: integer,
  ledgerHash: hash,
  inputs: v.array(v.object({ pubkey: publicKey, hash, nonce: v.bigint(), blob: bytes })),
  outputs: v.array(v.object({ pubkey: publicKey, hash, blobs: v.array(bytes) })),
});
type RawRecord = v.InferOutput<typeof record>;

interface Shard {
  readonly log: FrameLog;
  /** Number of a ledger → place of its last record. */
  readonly places: Map<number, number>;
}

/**
 * Inputs and outputs of ledgers in shards of 4096, as many as the node is to keep (reference 4.2, 4.3). Ledgers without any have no
 * record, and neither have those that came by sync.
 */
export class RawHistory {
  private readonly shards = new Map<number, Shard>();

  /** `dir` is `ledger_fs/seed/raw`; `keep` shards are kept, none if it is 0. */
  constructor(private readonly dir: string, private readonly keep: number, private readonly damaged: Damaged = unsaid) {
    mkdirSync(dir, { recursive: true });
    const found = readdirSync(dir, { withFileTypes: true }).filter((e) => e.isDirectory() && /^\d+$/.test(e.name)).map((e) => Number(e.name));
    for (const number of found.sort((a, b) => b - a).slice(0, keep)) this.open(number);
    this.dropOld();
  }

  get keepsAny(): boolean {
    return this.keep > 0;
  }

  /** Returns once it is on disk. To be called before the ledger itself is committed. */
  add(seqNo: number, ledgerHash: Hex, { inputs, outputs }: RawLedger): void {
    if (!this.keepsAny || (inputs.length === 0 && outputs.length === 0)) return;
    const shard = this.shard(shardOf(seqNo, RAW_SHARD_SIZE));
    shard.log.append(toBson({ seqNo, ledgerHash, inputs, outputs }));
    shard.places.set(seqNo, shard.log.count - 1);
  }

  /** Empty lists if nothing is kept of that ledger. */
  get(seqNo: number, ledgerHash: Hex): RawLedger {
    const shard = this.shards.get(shardOf(seqNo, RAW_SHARD_SIZE));
    const place = shard?.places.get(seqNo);
    const found = place === undefined ? undefined : decode(shard?.log.read(place));
    // A ledger that was taken back leaves its record behind.
    return found?.ledgerHash === ledgerHash ? found : { inputs: [], outputs: [] };
  }

  close(): void {
    for (const { log } of this.shards.values()) log.close();
  }

  private shard(number: number): Shard {
    const known = this.shards.get(number);
    if (known) return known;
    const opened = this.open(number);
    this.dropOld();
    return opened;
  }

  private open(number: number): Shard {
    const folder = join(this.dir, String(number));
    mkdirSync(folder, { recursive: true });
    const log = FrameLog.open(join(folder, 'raw.log'), this.damaged);
    const places = new Map<number, number>();
    for (let i = 0; i < log.count; i++) {
      const seqNo = decode(log.read(i))?.seqNo;
      if (seqNo !== undefined) places.set(seqNo, i);
    }
    const shard = { log, places };
    this.shards.set(number, shard);
    return shard;
  }

  private dropOld(): void {
    const numbers = [...this.shards.keys()].sort((a, b) => b - a);
    for (const number of numbers.slice(this.keep)) {
      this.shards.get(number)?.log.close();
      this.shards.delete(number);
    }
    for (const entry of readdirSync(this.dir, { withFileTypes: true })) {
      if (entry.isDirectory() && !this.shards.has(Number(entry.name))) rmSync(join(this.dir, entry.name), { recursive: true });
    }
  }
}

function decode(frame: Buffer | undefined): RawRecord | undefined {
  if (!frame) return undefined;
  const result = v.safeParse(record, BSON.deserialize(frame, { promoteBuffers: true, useBigInt64: true }));
  return result.success ? result.output : undefined;
}
