import type { Hex } from '../../hotpocket/hash';
import { GENESIS, primaryShardId, type Ledger } from '../../hotpocket/ledger';
import { verifyEntries } from '../consensus/closing';
import type { Closing, LedgerEntry } from '../consensus/types';

/** The ledgers a node holds, as catching up and serving others need them. */
export interface LedgerChain {
  readonly last: Ledger;
  /** Number of the first ledger it holds, 1 if not given; older ones were dropped (reference 4.3). */
  readonly oldest?: number;
  entry(seqNo: number): LedgerEntry | undefined;
  /** With proof and full inputs, where these are still kept. */
  closing(seqNo: number): Closing | undefined;
}

/** Points of the asker's chain, newest first: the server finds the newest one it shares. */
export type Locator = readonly { readonly seqNo: number; readonly hash: Hex }[];

export interface LedgerRequest {
  /** Hash of the primary shard that is wanted, and the number of its last ledger. */
  readonly target: Hex;
  readonly targetSeqNo: number;
  readonly locator: Locator;
}

export interface LedgerResponse {
  readonly target: Hex;
  /** The ledgers follow this number, on which both sides agree. */
  readonly after: number;
  readonly entries: readonly LedgerEntry[];
  /** They begin with the oldest that is still there, which leads on from nothing the asker has. */
  readonly base?: boolean | undefined;
  /** Of the last entry, if it is the target. */
  readonly closing?: Closing;
}

const MAX_ENTRIES = 1_000;

/** The newest `count` ledgers, oldest first. */
export function lastEntries(chain: LedgerChain, count: number): LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  for (let seqNo = Math.max(1, chain.last.seqNo - count + 1); seqNo <= chain.last.seqNo; seqNo++) {
    const entry = chain.entry(seqNo);
    if (entry) entries.push(entry);
  }
  return entries;
}

/** All ledgers after number `after`, oldest first. */
export function ledgersAfter(chain: LedgerChain, after: number): Ledger[] {
  return lastEntries(chain, chain.last.seqNo - after).map((entry) => entry.ledger);
}

/** Last ledgers one by one, then in doubling steps, then genesis. */
export function makeLocator(chain: LedgerChain): Locator {
  const points: { seqNo: number; hash: Hex }[] = [];
  for (let seqNo = chain.last.seqNo, step = 1; seqNo > 0; seqNo -= step) {
    const entry = chain.entry(seqNo);
    if (!entry) break;
    points.push({ seqNo, hash: entry.ledger.hash });
    if (points.length >= 8) step *= 2;
  }
  return [...points, { seqNo: 0, hash: GENESIS.hash }];
}

/** What `chain` can give for a request; undefined if it does not hold the wanted shard. */
export function serveLedgers(chain: LedgerChain, request: LedgerRequest): LedgerResponse | undefined {
  const wanted = chain.entry(request.targetSeqNo);
  if (!wanted || primaryShardId(wanted.ledger).hash !== request.target) return undefined;
  const { oldest = 1 } = chain;
  const common = request.locator.find(({ seqNo, hash }) => (seqNo === 0 ? oldest === 1 : chain.entry(seqNo)?.ledger.hash === hash));
  const after = common?.seqNo ?? oldest - 1;
  const entries: LedgerEntry[] = [];
  for (let seqNo = after + 1; seqNo <= request.targetSeqNo && entries.length < MAX_ENTRIES; seqNo++) {
    const entry = chain.entry(seqNo);
    if (!entry) return undefined;
    entries.push(entry);
  }
  const complete = entries.at(-1)?.ledger.seqNo === request.targetSeqNo;
  const closing = complete ? chain.closing(request.targetSeqNo) : undefined;
  return { target: request.target, after, entries, ...(common ? {} : { base: true }), ...(closing ? { closing } : {}) };
}

/** One attempt to get to a target; pages of entries are gathered until the target is reached. */
export class LedgerFetch {
  private after: number | undefined;
  private base = false;
  private entries: LedgerEntry[] = [];

  /** `proven`: an answer without proof of the last ledger is of no use. */
  constructor(private readonly chain: LedgerChain, readonly target: Hex, readonly targetSeqNo: number, private readonly proven = false) {}

  request(): LedgerRequest {
    const newest = this.entries.at(-1)?.ledger;
    const locator = newest ? [{ seqNo: newest.seqNo, hash: newest.hash }] : makeLocator(this.chain);
    return { target: this.target, targetSeqNo: this.targetSeqNo, locator };
  }

  /** 'more': ask again; 'bad': the answer was useless or false, ask somebody else. */
  accept(response: LedgerResponse): 'more' | 'bad' | { readonly after: number; readonly entries: readonly LedgerEntry[]; readonly base: boolean; readonly closing?: Closing } {
    const previous = this.entries.at(-1)?.ledger ?? (response.base ? before(response.entries) : this.ledgerAt(response.after));
    if (response.target !== this.target || !previous || previous.seqNo !== response.after || response.entries.length === 0) return 'bad';
    if (!verifyEntries(previous, response.entries)) return this.restart();
    if (this.entries.length === 0) this.base = response.base ?? false;
    this.after ??= response.after;
    this.entries.push(...response.entries);
    const newest = this.entries.at(-1)?.ledger;
    if (!newest || newest.seqNo < this.targetSeqNo) return 'more';
    if (primaryShardId(newest).hash !== this.target || (this.proven && !response.closing)) return this.restart();
    return { after: this.after, entries: this.entries, base: this.base, ...(response.closing ? { closing: response.closing } : {}) };
  }

  private ledgerAt(seqNo: number): Ledger | undefined {
    return seqNo === 0 ? GENESIS : this.chain.entry(seqNo)?.ledger;
  }

  private restart(): 'bad' {
    this.after = undefined;
    this.base = false;
    this.entries = [];
    return 'bad';
  }
}

/** What the first of them says of the ledger before it. That it is true follows from the target, whose hash covers all before. */
function before([first]: readonly LedgerEntry[]): Pick<Ledger, 'seqNo' | 'hash'> | undefined {
  return first && { seqNo: first.ledger.seqNo - 1, hash: first.ledger.prevHash };
}
