import { codedLine, HotPocketError } from '../../base/errors';
import { shortHash, type Hex } from '../../hotpocket/hash';
import type { Proposal } from './proposal';
import type { Standing, Vote } from './voting';

/** Rounds in a row without a common ledger that are one: a node that only missed a ledger has got it by then (missing.ts). */
const FORK_ROUNDS = 2;
const NAMED_NODES = 3;

/** Says why nodes do not agree where that is the contract's doing, or its author has to know: once for each ledger, with what each node has. */
export class Divergence {
  private statesOf = 0;
  private forkRounds = 0;

  /** What to say of a vote. `ranAfter`: the ledger after whose run, done here, the state is what it is; undefined if it has other sources. */
  of(vote: Vote, candidates: readonly Proposal[], mine: Standing, needed: number, ranAfter: number | undefined): string | undefined {
    if (vote.kind !== 'unreliable') this.forkRounds = 0;
    else if (vote.why === 'shard' && ++this.forkRounds === FORK_ROUNDS) return this.fork(candidates, needed);
    if (vote.kind !== 'desync' || vote.shard || vote.stateHash === undefined || ranAfter === undefined || ranAfter === this.statesOf) return undefined;
    this.statesOf = ranAfter;
    const states = whoHas(candidates, ({ stateHash }) => shortHash(stateHash));
    return codedLine(new HotPocketError('CONTRACT_STATE_DIFFERS', { ledger: ranAfter, mine: shortHash(mine.stateHash), theirs: shortHash(vote.stateHash), states }));
  }

  private fork(candidates: readonly Proposal[], needed: number): string {
    return codedLine(new HotPocketError('CLUSTER_FORKED', { needed, ledgers: whoHas(candidates, ({ lastLedgerSeqNo, primaryShard }) => `${lastLedgerSeqNo} (shard ${shortHash(primaryShard.hash)})`) }));
  }
}

/** Each of what nodes have, most common first, with the keys of those that have it. */
function whoHas(candidates: readonly Proposal[], what: (proposal: Proposal) => string): string {
  const holders = new Map<string, Hex[]>();
  for (const proposal of candidates) holders.set(what(proposal), [...(holders.get(what(proposal)) ?? []), proposal.pubkey]);
  const groups = [...holders].sort(([, a], [, b]) => b.length - a.length);
  return groups.map(([text, keys]) => `${text} on ${keys.length} (${names(keys)})`).join(', ');
}

const names = (keys: readonly Hex[]): string => [...keys.slice(0, NAMED_NODES).map((key) => key.slice(0, 10)), ...(keys.length > NAMED_NODES ? ['…'] : [])].join(' ');
