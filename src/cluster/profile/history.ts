import type { RoundProfile } from '../../base/roundProfile';

/** Rounds of a node that are remembered. */
export const REMEMBERED_ROUNDS = 100;

/** The last rounds of each node, for whoever comes to look later. */
export class RoundHistory {
  private readonly rounds = new Map<number, RoundProfile[]>();

  constructor(private readonly most = REMEMBERED_ROUNDS) {}

  add(node: number, round: RoundProfile): void {
    const known = this.rounds.get(node);
    const last = known?.at(-1);
    // Ledgers began anew.
    if (!known || !last || last.ledgerSeqNo >= round.ledgerSeqNo) this.rounds.set(node, [round]);
    else if (known.push(round) > this.most) known.shift();
  }

  /** Takes what was there before the rounds that were added here so far. */
  addBefore(node: number, earlier: readonly RoundProfile[]): void {
    const known = this.of(node);
    const [first] = known;
    const before = first ? earlier.filter(({ ledgerSeqNo }) => ledgerSeqNo < first.ledgerSeqNo) : earlier;
    this.rounds.set(node, [...before, ...known].slice(-this.most));
  }

  /** Oldest first. */
  of(node: number): readonly RoundProfile[] {
    return this.rounds.get(node) ?? [];
  }

  /** Another contract is deployed, or the cluster is gone. */
  clear(): void {
    this.rounds.clear();
  }
}
