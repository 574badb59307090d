import { BSON } from 'bson';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import type { HpConfig } from '../../hotpocket/config';
import { toBson } from '../../hotpocket/bson';
import { GENESIS, type Ledger } from '../../hotpocket/ledger';
import type { SignedInput } from '../../hotpocket/inputs';
import type { LedgerInputView, LedgerOutputView } from '../../hotpocket/protocol/types';
import { makeCandidate } from '../consensus/inputPool';
import type { Closing, ClosingProof, LedgerEntry } from '../consensus/types';
import { hash, integer, ledgerEntry, proof, signedInputs } from '../schemas';
import type { LedgerChain } from '../sync/ledgerSync';
import { unsaid, type Damaged } from '../damage';
import { FrameLog } from './frameLog';
import { PrimaryHistory, type LedgerRecords } from './primaryHistory';
import { RawHistory, type RawLedger } from './rawHistory';

/** A ledger as it is stored: adopted ledgers come without proof. */
type StoredEntry = LedgerEntry & { readonly proof?: ClosingProof };

const storedEntry = v.object({ ...ledgerEntry.entries, proof: v.optional(proof) });
const storedBodies = v.object({ seqNo: integer, ledgerHash: hash, bodies: signedInputs });
type StoredBodies = v.InferOutput<typeof storedBodies>;

/** How much a node keeps (node.history, node.history_config). */
export interface LedgerHistory {
  /** Shards of ledgers, at least 1; Infinity for all. */
  readonly primaryShards: number;
  /** Shards of inputs and outputs; 0 for none, Infinity for all. */
  readonly rawShards: number;
  /** Ledgers in a primary shard, for tests. */
  readonly primaryShardSize?: number;
}

/** As configured (reference 4.3). */
export function ledgerHistory({ node: { history, history_config: kept } }: HpConfig): LedgerHistory {
  return history === 'full' ? { primaryShards: Infinity, rawShards: Infinity } : { primaryShards: kept.max_primary_shards, rawShards: kept.max_raw_shards };
}

/** Full inputs are kept for at least this many ledgers: for the run after a crash, and for peers that lag a little. */
const RECENT = 64;
const CACHED = 512;

/**
 * A node's ledgers on disk, under `ledger_fs/seed`. A ledger counts from the moment its record is complete; the inputs
 * it agreed on are written before it.
 */
export class LedgerStore implements LedgerChain {
  private readonly blocks: [number, number] = [-1, -1];
  private readonly bodies = new Map<number, StoredBodies>();
  private readonly cache = new Map<number, StoredEntry>();
  private newest: Ledger = GENESIS;

  /** `recent`: inputs of recent ledgers, in two files that take turns so that neither grows for ever. */
  constructor(private readonly ledgers: LedgerRecords, private readonly recent: readonly [FrameLog, FrameLog], private readonly raw?: RawHistory) {
    this.loadBodies(0);
    this.loadBodies(1);
    this.newest = this.entry(this.ledgers.newest)?.ledger ?? GENESIS;
  }

  /** `root` is the node's `ledger_fs/seed`. */
  static open(root: string, { primaryShards, rawShards, primaryShardSize }: LedgerHistory = { primaryShards: 1, rawShards: 0 }, damaged: Damaged = unsaid): LedgerStore {
    const raw = join(root, 'raw');
    mkdirSync(raw, { recursive: true });
    const recent = [FrameLog.open(join(raw, 'recent.0.log'), damaged), FrameLog.open(join(raw, 'recent.1.log'), damaged)] as const;
    return new LedgerStore(new PrimaryHistory(join(root, 'primary'), primaryShards, primaryShardSize, damaged), recent, new RawHistory(raw, rawShards, damaged));
  }

  get last(): Ledger {
    return this.newest;
  }

  get oldest(): number {
    return this.ledgers.oldest;
  }

  entry(seqNo: number): LedgerEntry | undefined {
    return this.stored(seqNo);
  }

  closing(seqNo: number): Closing | undefined {
    const entry = this.stored(seqNo);
    const bodies = entry?.inputs.length === 0 ? [] : this.bodiesOf(entry);
    return entry?.proof && bodies ? { ...entry, proof: entry.proof, bodies } : undefined;
  }

  /** Returns once ledger, inputs and outputs are on disk. */
  commit({ bodies, ...entry }: Closing, outputs: readonly LedgerOutputView[] = []): void {
    const { seqNo, hash: ledgerHash } = entry.ledger;
    if (this.raw?.keepsAny) this.raw.add(seqNo, ledgerHash, { inputs: bodies.flatMap(inputView), outputs });
    if (bodies.length > 0) this.appendBodies({ seqNo, ledgerHash, bodies: [...bodies] });
    this.append(entry);
  }

  /**
   * Replaces everything after ledger `after`, or everything if these ledgers do not lead on from it: others no longer have those before.
   * Of entries that come with their proof and inputs, these are kept too.
   */
  adopt(after: number, entries: readonly (LedgerEntry | Closing)[]): void {
    const [first] = entries;
    if (after === 0 || this.entry(after)?.ledger.hash === first?.ledger.prevHash) {
      this.ledgers.truncate(after);
      for (const seqNo of [...this.cache.keys()]) if (seqNo > after) this.cache.delete(seqNo);
    } else {
      this.ledgers.restart();
      this.cache.clear();
    }
    for (const entry of entries) {
      if ('bodies' in entry) this.commit(entry);
      else this.append(entry);
    }
  }

  /** Inputs and outputs of a ledger, as far as this node keeps such history. */
  rawOf({ seqNo, hash: ledgerHash }: Ledger): RawLedger {
    return this.raw?.get(seqNo, ledgerHash) ?? { inputs: [], outputs: [] };
  }

  /** Inputs of a ledger, as long as they are kept for peers; undefined after that. */
  recentInputs({ seqNo }: Ledger): LedgerInputView[] | undefined {
    return this.bodiesOf(this.stored(seqNo))?.flatMap(inputView);
  }

  /** Inputs of the ledgers after `after`, as far as they are here. */
  bodiesAfter(after: number): SignedInput[] {
    const recent = [...this.bodies.keys()].filter((seqNo) => seqNo > after).sort((a, b) => a - b);
    return recent.flatMap((seqNo) => this.bodiesOf(this.stored(seqNo)) ?? []);
  }

  close(): void {
    for (const log of [this.ledgers, ...this.recent, this.raw]) log?.close();
  }

  private append(entry: StoredEntry): void {
    this.ledgers.append(entry.ledger.seqNo, toBson(entry));
    this.newest = entry.ledger;
    this.remember(entry);
  }

  private stored(seqNo: number): StoredEntry | undefined {
    const cached = this.cache.get(seqNo);
    if (cached && seqNo >= this.ledgers.oldest) return cached;
    const frame = this.ledgers.read(seqNo);
    if (!frame) return undefined;
    const { proof: proven, ...entry } = v.parse(storedEntry, decode(frame));
    const stored = { ...entry, ...(proven ? { proof: proven } : {}) };
    this.remember(stored);
    return stored;
  }

  private remember(entry: StoredEntry): void {
    this.cache.set(entry.ledger.seqNo, entry);
    if (this.cache.size > CACHED) this.cache.delete(this.cache.keys().next().value ?? 0);
  }

  /** Records of ledgers that were taken back may still be in the files, hence the look at the hash. */
  private bodiesOf(entry: StoredEntry | undefined): SignedInput[] | undefined {
    const record = entry && this.bodies.get(entry.ledger.seqNo);
    return record?.ledgerHash === entry?.ledger.hash ? record?.bodies : undefined;
  }

  private appendBodies(record: StoredBodies): void {
    const block = Math.floor(record.seqNo / RECENT);
    const turn = block % 2 === 0 ? 0 : 1;
    const log = this.recent[turn];
    if (this.blocks[turn] !== block) {
      log.truncate(0);
      for (const seqNo of [...this.bodies.keys()]) if (Math.floor(seqNo / RECENT) === this.blocks[turn]) this.bodies.delete(seqNo);
      this.blocks[turn] = block;
    }
    log.append(toBson(record));
    this.bodies.set(record.seqNo, record);
  }

  private loadBodies(turn: 0 | 1): void {
    const log = this.recent[turn];
    for (let i = 0; i < log.count; i++) {
      const record = v.parse(storedBodies, decode(log.read(i) ?? Buffer.alloc(0)));
      this.bodies.set(record.seqNo, record);
      this.blocks[turn] = Math.floor(record.seqNo / RECENT);
    }
  }
}

function inputView(signed: SignedInput): LedgerInputView[] {
  const candidate = makeCandidate(signed);
  return candidate ? [{ pubkey: signed.pubkey, hash: candidate.inputHash, nonce: candidate.container.nonce, blob: candidate.container.input }] : [];
}

const decode = (frame: Buffer): unknown => BSON.deserialize(frame, { promoteBuffers: true });
