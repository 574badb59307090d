import type { SyncTargets } from './types';
import { sameShard } from './proposal';
import type { Branch, Standing, Vote } from './voting';

/** What a node that is not where the others are has to fetch (reference 3.6). */
export function targetsOfVote({ shard, patchHash, stateHash }: Vote & { kind: 'desync' }): SyncTargets {
  return {
    ...(shard ? { ledger: { shard: shard.id, seqNo: shard.seqNo } } : {}),
    ...(patchHash === undefined ? {} : { patch: patchHash }),
    ...(stateHash === undefined ? {} : { state: stateHash }),
  };
}

/** What there is to fetch to go over to a branch; undefined for the branch that we are on. */
export function targetsOfBranch({ shard, patchHash, stateHash }: Branch, mine: Standing): SyncTargets | undefined {
  if (sameShard(shard.id, mine.primaryShard)) return undefined;
  return {
    ledger: { shard: shard.id, seqNo: shard.seqNo, proven: true },
    ...(patchHash === mine.patchHash ? {} : { patch: patchHash }),
    ...(stateHash === mine.stateHash ? {} : { state: stateHash }),
  };
}
