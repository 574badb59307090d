import { blake3, fromHex, toHex, ZERO_HASH, type Hex } from '../../hotpocket/hash';
import { closeNeeded, itemVotesNeeded } from '../../hotpocket/thresholds';
import { sameShard, type Proposal, type ProposalBody } from './proposal';
import type { ConsensusConfig } from './types';
import type { ShardId } from '../../hotpocket/ledger';

/** What a node compares with the others' proposals. */
export interface Standing {
  readonly primaryShard: ShardId;
  readonly patchHash: Hex;
  readonly stateHash: Hex;
}

/** Where a part of the nodes stands: on which ledger, and with what after it. */
export interface Branch {
  readonly shard: { readonly id: ShardId; readonly seqNo: number };
  readonly patchHash: Hex;
  readonly stateHash: Hex;
}

export type Vote =
  /** Too few proposals. */
  | { readonly kind: 'unreliable'; readonly why: 'peers'; readonly votes: number; readonly won: number }
  /** No primary shard that enough of them name. `branch`: the one on which all should meet if that lasts. */
  | { readonly kind: 'unreliable'; readonly why: 'shard'; readonly votes: number; readonly won: number; readonly branch: Branch }
  | { readonly kind: 'desync'; readonly votes: number; readonly shard?: { readonly id: ShardId; readonly seqNo: number }; readonly patchHash?: Hex; readonly stateHash?: Hex }
  | { readonly kind: 'synced'; readonly votes: number };

/** Vote status of a stage (reference 3.6): the shard needs `needed` votes, patch and state only a plurality. */
export function evaluate(candidates: readonly Proposal[], mine: Standing, needed: number): Vote {
  const votes = candidates.length;
  if (votes < needed) return { kind: 'unreliable', why: 'peers', votes, won: votes };
  const shards = count(candidates, (p) => `${p.primaryShard.seqNo}-${p.primaryShard.hash}`);
  const [won, winner] = mostVoted(shards);
  if (won < needed || !winner) return { kind: 'unreliable', why: 'shard', votes, won, branch: electBranch(shards, candidates) };
  const patchHash = pluralityHash(candidates.map((p) => p.patchHash));
  const stateHash = pluralityHash(candidates.map((p) => p.stateHash));
  const difference = {
    ...(sameShard(winner.primaryShard, mine.primaryShard) ? {} : { shard: { id: winner.primaryShard, seqNo: winner.lastLedgerSeqNo } }),
    ...(patchHash === mine.patchHash ? {} : { patchHash }),
    ...(stateHash === mine.stateHash ? {} : { stateHash }),
  };
  return Object.keys(difference).length > 0 ? { kind: 'desync', votes, ...difference } : { kind: 'synced', votes };
}

/** What to say of a stage that decided nothing. */
export const unreliableNotice = (vote: Vote & { kind: 'unreliable' }, needed: number): string => (vote.why === 'peers'
  ? `Not enough peers proposing to perform consensus. votes:${vote.votes} needed:${needed}`
  : `No consensus on last shard hash. Possible fork condition. won:${vote.won} needed:${needed}`);

/** The longest branch; of equally long ones that with most nodes, and then that with the smallest hash. So all who see the same choose the same. */
function electBranch(shards: ReadonlyMap<string, { n: number; first: Proposal }>, candidates: readonly Proposal[]): Branch {
  const [best] = [...shards.values()].sort((a, b) => b.first.lastLedgerSeqNo - a.first.lastLedgerSeqNo || b.n - a.n || (a.first.primaryShard.hash < b.first.primaryShard.hash ? -1 : 1));
  const { primaryShard: id, lastLedgerSeqNo: seqNo } = best!.first;
  const there = candidates.filter((p) => sameShard(p.primaryShard, id));
  return { shard: { id, seqNo }, patchHash: pluralityHash(there.map((p) => p.patchHash)), stateHash: pluralityHash(there.map((p) => p.stateHash)) };
}

/** What the candidates' proposals make of the next stage's (reference 3.5). `has` says which inputs this node holds. */
export function electBody(
  stage: 1 | 2 | 3, candidates: readonly Proposal[], config: Pick<ConsensusConfig, 'threshold' | 'unl' | 'roundTime'>, roundStart: number, now: number, has: (input: Hex) => boolean,
): Pick<ProposalBody, 'time' | 'groupNonce' | 'users' | 'inputs' | 'outputHash'> {
  const { threshold, unl, roundTime } = config;
  const needed = itemVotesNeeded(stage, threshold, unl.length);
  return {
    time: electTime(candidates, now, roundTime, roundStart),
    groupNonce: stage === 3 ? groupNonce(candidates) : '',
    users: electItems(candidates.map((p) => p.users), needed),
    inputs: electItems(candidates.map((p) => p.inputs), needed).filter(has),
    outputHash: electOutputHash(candidates, closeNeeded(threshold, unl.length)),
  };
}

/** The most frequent round start that is past and at most two rounds old; `fallback` if there is none. */
function electTime(candidates: readonly Proposal[], now: number, roundTime: number, fallback: number): number {
  const plausible = candidates.filter((p) => p.time <= now && p.time >= now - 2 * roundTime);
  const [, winner] = mostVoted(count(plausible, (p) => String(p.time)));
  return winner?.time ?? fallback;
}

/** Items that at least `needed` of the candidates name, sorted. */
function electItems(lists: readonly (readonly Hex[])[], needed: number): Hex[] {
  const counts = new Map<Hex, number>();
  for (const list of lists) for (const item of list) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].filter(([, n]) => n >= needed).map(([item]) => item).sort();
}

/** The output hash that a majority names; zeros if there is none. */
function electOutputHash(candidates: readonly Proposal[], needed: number): Hex {
  const [won, winner] = mostVoted(count(candidates, (p) => p.outputHash));
  return won >= needed && winner ? winner.outputHash : ZERO_HASH;
}

/** Shared randomness of the round: b3 of all node nonces, sorted, each once. */
function groupNonce(candidates: readonly Proposal[]): Hex {
  const nonces = [...new Set(candidates.map((p) => p.nodeNonce))].sort();
  return toHex(blake3(...nonces.map(fromHex)));
}

/** The most common one; of equally common ones the smallest, as in hpcore. */
export function electTimeConfig(values: readonly number[]): number | undefined {
  const [winner] = [...count(values, String).values()].sort((a, b) => b.n - a.n || a.first - b.first);
  return winner?.first;
}

function count<T>(items: readonly T[], key: (item: T) => string): Map<string, { n: number; first: T }> {
  const counts = new Map<string, { n: number; first: T }>();
  for (const item of items) {
    const known = counts.get(key(item));
    if (known) known.n++;
    else counts.set(key(item), { n: 1, first: item });
  }
  return counts;
}

function mostVoted<T>(counts: ReadonlyMap<string, { n: number; first: T }>): [number, T | undefined] {
  let best: { n: number; first: T } | undefined;
  let bestKey = '';
  for (const [key, entry] of counts) {
    // Ties go to the smaller key, so that all nodes that see the same votes elect the same.
    if (!best || entry.n > best.n || (entry.n === best.n && key < bestKey)) {
      best = entry;
      bestKey = key;
    }
  }
  return [best?.n ?? 0, best?.first];
}

/** Ties go to the smallest hash as hpcore orders them: by the first eight bytes, read little-endian. */
function pluralityHash(hashes: readonly Hex[]): Hex {
  const counts = count(hashes, (h) => h);
  const order = (h: Hex): bigint => fromHex(h).readBigUInt64LE(0);
  const [winner] = [...counts].sort(([a, x], [b, y]) => y.n - x.n || (order(a) < order(b) ? -1 : 1));
  return winner?.[0] ?? ZERO_HASH;
}
