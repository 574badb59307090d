import { isZeroHash, MOST_KEYS, MOST_LEDGERS, shortened, type LedgerContents, type LedgerInfo, type LedgersQuery } from '../../base/ledgers';
import type { LedgerInputView, LedgerOutputView } from '../../hotpocket/protocol/types';
import type { LedgerEntry } from '../consensus/types';
import type { LedgerStore } from './ledgerStore';

/** Outputs are on disk only with raw history; those of the last ledgers are at hand anyway. */
const REMEMBERED = 64;
const MOST_REMEMBERED_BYTES = 4 * 1024 * 1024;

interface Sent {
  readonly hash: string;
  readonly outputs: readonly LedgerOutputView[];
  readonly bytes: number;
}

/** Tells of this node's ledgers for people to look at, also of what only users may ask over the user port. */
export class LedgerTeller {
  private readonly sent = new Map<number, Sent>();
  private bytes = 0;

  constructor(private readonly ledgers: Pick<LedgerStore, 'entry' | 'last' | 'rawOf' | 'recentInputs'>) {}

  /** What users are sent with a ledger. */
  remember({ seqNo, hash }: { readonly seqNo: number; readonly hash: string }, outputs: readonly LedgerOutputView[]): void {
    this.forget(seqNo);
    const bytes = outputs.reduce((sum, { blobs }) => sum + blobs.reduce((all, { length }) => all + length, 0), 0);
    this.sent.set(seqNo, { hash, outputs, bytes });
    this.bytes += bytes;
    for (const old of this.sent.keys()) if (this.sent.size > REMEMBERED || this.bytes > MOST_REMEMBERED_BYTES) this.forget(old);
  }

  /** Newest first. */
  list({ before = Infinity, count, contents = false }: LedgersQuery): LedgerInfo[] {
    const found: LedgerInfo[] = [];
    for (let seqNo = Math.min(before - 1, this.ledgers.last.seqNo); seqNo > 0 && found.length < Math.min(count, MOST_LEDGERS); seqNo--) {
      const info = this.info(seqNo, contents);
      if (!info) break;
      found.push(info);
    }
    return found;
  }

  /** Undefined for a ledger that is not here. */
  info(seqNo: number, contents = false): LedgerInfo | undefined {
    const entry = this.ledgers.entry(seqNo);
    if (!entry) return undefined;
    const { dataHash: _dataHash, nonce: _nonce, ...ledger } = entry.ledger;
    const inputs = this.inputsOf(entry);
    const outputs = this.outputsOf(entry);
    return {
      ...ledger,
      inputs: entry.inputs.length,
      users: entry.users.length,
      ...(outputs && { outputs: outputs.reduce((sum, { blobs }) => sum + blobs.length, 0) }),
      ...(inputs && { inputUsers: [...new Set(inputs.map(({ pubkey }) => pubkey))].slice(0, MOST_KEYS) }),
      ...(contents && { contents: contentsOf(entry, inputs, outputs) }),
    };
  }

  private inputsOf({ ledger, inputs }: LedgerEntry): readonly LedgerInputView[] | undefined {
    if (inputs.length === 0) return [];
    const kept = this.ledgers.rawOf(ledger).inputs;
    return kept.length > 0 ? kept : this.ledgers.recentInputs(ledger);
  }

  private outputsOf({ ledger }: LedgerEntry): readonly LedgerOutputView[] | undefined {
    if (isZeroHash(ledger.outputHash)) return [];
    const kept = this.ledgers.rawOf(ledger).outputs;
    if (kept.length > 0) return kept;
    const sent = this.sent.get(ledger.seqNo);
    // Of outputs that differ from the agreed ones, nothing is sent.
    return sent?.hash === ledger.hash && sent.outputs.length > 0 ? sent.outputs : undefined;
  }

  private forget(seqNo: number): void {
    this.bytes -= this.sent.get(seqNo)?.bytes ?? 0;
    this.sent.delete(seqNo);
  }
}

function contentsOf({ users }: LedgerEntry, inputs: readonly LedgerInputView[] | undefined, outputs: readonly LedgerOutputView[] | undefined): LedgerContents {
  return {
    users: users.slice(0, MOST_KEYS),
    ...(inputs && { inputs: inputs.slice(0, MOST_KEYS).map(({ pubkey, hash, nonce, blob }) => ({ user: pubkey, hash, nonce: String(nonce), content: shortened(blob) })) }),
    ...(outputs && { outputs: outputs.slice(0, MOST_KEYS).map(({ pubkey, hash, blobs }) => ({ user: pubkey, hash, contents: blobs.slice(0, MOST_KEYS).map(shortened) })) }),
  };
}
