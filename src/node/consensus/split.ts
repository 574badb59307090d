import { shortHash, type Hex } from '../../hotpocket/hash';
import { primaryShardId, type Ledger } from '../../hotpocket/ledger';
import type { LedgerEntry } from './types';
import type { Branch, Vote } from './voting';

/** By then a node that only missed a ledger has got it (missing.ts): what still differs is a fork. */
const SPLIT_ROUNDS = 2;

/**
 * Nodes stand on different ledgers, each of them closed with enough signatures in its round, and no side is enough to go
 * on. The real engine stays so for ever; here all meet on one branch, if its last ledger comes with its proof.
 */
export class Split {
  private rounds = 0;
  private branch: Hex | undefined;

  /** The branch to go over to, when it is time to. */
  heard(vote: Vote): Branch | undefined {
    if (vote.kind !== 'unreliable') {
      this.rounds = 0;
      this.branch = undefined;
      return undefined;
    }
    if (vote.why !== 'shard' || ++this.rounds < SPLIT_ROUNDS) return undefined;
    this.branch = vote.branch.shard.id.hash;
    return vote.branch;
  }

  /** No threshold of nodes vouches for this ledger. */
  needsProof(ledger: Ledger): boolean {
    return this.branch !== undefined && primaryShardId(ledger).hash === this.branch;
  }
}

/**
 * What to say when ledgers of ours are replaced; undefined if none is. The real engine does so without a word; whoever
 * trusted one of them should know.
 */
export function forkNotice(replaced: readonly Ledger[], entries: readonly LedgerEntry[]): string | undefined {
  const first = replaced.findIndex((ledger, i) => ledger.hash !== entries[i]?.ledger.hash);
  const ours = replaced[first];
  if (!ours) return undefined;
  const theirs = entries[first]?.ledger.hash;
  return `Fork: ledger ${ours.seqNo} was ${shortHash(ours.hash)} here and is ${theirs ? shortHash(theirs) : 'not yet made'} in consensus. Taking back ${replaced.length - first} of our ledgers.`;
}
