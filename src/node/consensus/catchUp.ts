import type { Ledger } from '../../hotpocket/ledger';
import { Split } from './split';
import { targetsOfBranch, targetsOfVote } from './syncTargets';
import type { Effect, SyncTargets } from './types';
import type { Standing, Vote } from './voting';

/** When a node that is not where the others are fetches what it lacks, and when it need not any more (reference 3.6). */
export class CatchUp {
  /** A state that is being replaced is none to run on. */
  isUnderWay = false;
  private readonly split = new Split();

  voted(vote: Vote, mine: Standing): Effect[] {
    const branch = this.split.heard(vote);
    const targets = branch && targetsOfBranch(branch, mine);
    if (vote.kind === 'synced') return this.end();
    if (vote.kind === 'unreliable') return targets ? [this.fetch(targets)] : [];
    const said: Effect[] = vote.shard ? [{ type: 'log', level: 'inf', message: 'We are not on the consensus ledger, we must request history from a peer.' }] : [];
    return [...said, this.fetch(targetsOfVote(vote))];
  }

  /** No threshold of nodes vouches for this ledger. */
  needsProof(ledger: Ledger): boolean {
    return this.split.needsProof(ledger);
  }

  end(): Effect[] {
    if (!this.isUnderWay) return [];
    this.isUnderWay = false;
    return [{ type: 'sync', targets: {} }];
  }

  private fetch(targets: SyncTargets): Effect {
    this.isUnderWay = true;
    return { type: 'sync', targets };
  }
}
