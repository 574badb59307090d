import type { LedgerInfo } from '../../base/ledgers';

/** The ledgers that are known, by number, as many as are wanted. */
export class LedgerList {
  private readonly known = new Map<number, LedgerInfo>();

  constructor(private most: number) {}

  /** Newest first. */
  get all(): readonly LedgerInfo[] {
    return [...this.known.values()].sort((a, b) => b.seqNo - a.seqNo);
  }

  get oldest(): number | undefined {
    return this.known.size === 0 ? undefined : Math.min(...this.known.keys());
  }

  get(seqNo: number): LedgerInfo | undefined {
    return this.known.get(seqNo);
  }

  /**
   * A ledger that a node tells of. What is known of it stays. One of another hash takes the place of the known one and of all after it: they were
   * taken back, or another contract was deployed.
   */
  add(ledger: LedgerInfo): void {
    const { seqNo } = ledger;
    const known = this.known.get(seqNo);
    const same = known !== undefined && isSame(known.hash, ledger.hash);
    if (known && !same) for (const number of [...this.known.keys()]) if (number >= seqNo) this.known.delete(number);
    this.known.set(seqNo, same ? { ...known, ...ledger, hash: longer(known.hash, ledger.hash) } : ledger);
    const before = this.known.get(seqNo - 1);
    if (before && ledger.prevHash !== undefined && !isSame(before.hash, ledger.prevHash)) this.known.delete(seqNo - 1);
    for (const number of [...this.known.keys()].sort((a, b) => a - b).slice(0, Math.max(0, this.known.size - this.most))) this.known.delete(number);
  }

  /** Room for these, beside the newest ones. */
  addOlder(ledgers: readonly LedgerInfo[]): void {
    this.most += ledgers.length;
    for (const ledger of ledgers) this.add(ledger);
  }

  clear(): void {
    this.known.clear();
  }
}

/** A log has only the first digits. */
const isSame = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
const longer = (a: string, b: string): string => (a.length >= b.length ? a : b);
