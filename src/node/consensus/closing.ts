import type { Hex } from '../../hotpocket/hash';
import { closeNeeded } from '../../hotpocket/thresholds';
import { followsFrom, makeLedger, primaryShardId, type Ledger, type LedgerId } from '../../hotpocket/ledger';
import { hashList, fromHex } from '../../hotpocket/hash';
import { makeCandidate, type CandidateInput } from './inputPool';
import { rootHash, rootHashBytes, sameShard, type Proposal, type ProposalBody } from './proposal';
import type { Closing, ConsensusConfig, ConsensusDeps, LedgerEntry } from './types';

/** The part of an ordered hash that users see, and that ledgers hash: b3 of the signature. */
const inputHashOf = (ordered: Hex): Hex => ordered.slice(16);

export type CloseAttempt =
  | { readonly kind: 'close'; readonly group: readonly [Proposal, ...Proposal[]] }
  | { readonly kind: 'few'; readonly received: number; readonly needed: number }
  | { readonly kind: 'split'; readonly won: number; readonly needed: number }
  /** The winner builds on another ledger than ours (decided difference a: the real engine would close a wrong ledger). */
  | { readonly kind: 'foreign' };

/** Looks for enough identical stage-3 proposals that build on `last` (reference 3.7). */
export function attemptClose(proposals: readonly Proposal[], last: Ledger, config: Pick<ConsensusConfig, 'threshold' | 'unl'>): CloseAttempt {
  const needed = closeNeeded(config.threshold, config.unl.length);
  const stage3 = proposals.filter((p) => p.stage === 3);
  if (stage3.length < needed) return { kind: 'few', received: stage3.length, needed };
  const groups = new Map<Hex, Proposal[]>();
  for (const proposal of stage3) {
    const root = rootHash(proposal);
    const group = groups.get(root);
    if (group) group.push(proposal);
    else groups.set(root, [proposal]);
  }
  const [first, ...rest] = [...groups.values()].sort((a, b) => b.length - a.length)[0] ?? [];
  if (!first || rest.length + 1 < needed) return { kind: 'split', won: first ? rest.length + 1 : 0, needed };
  return sameShard(first.primaryShard, primaryShardId(last)) ? { kind: 'close', group: [first, ...rest] } : { kind: 'foreign' };
}

/** What to say when no ledger can be closed. */
export function attemptNotice(attempt: CloseAttempt): readonly [level: 'dbg' | 'inf', message: string] | undefined {
  if (attempt.kind === 'few') return ['dbg', `Not enough stage 3 proposals to create a ledger. received:${attempt.received} needed:${attempt.needed}`];
  return attempt.kind === 'split' ? ['inf', `Cannot close ledger. Possible fork condition. won:${attempt.won} needed:${attempt.needed}`] : undefined;
}

/** The ledger that a winning proposal stands for. */
function ledgerOf(last: LedgerId, winner: ProposalBody): Ledger {
  return makeLedger(last, {
    time: winner.time,
    stateHash: winner.stateHash,
    configHash: winner.patchHash,
    nonce: winner.groupNonce,
    users: winner.users,
    inputHashes: winner.inputs.map(inputHashOf),
    outputHash: winner.outputHash,
  });
}

export function makeClosing(last: Ledger, group: readonly [Proposal, ...Proposal[]], inputs: readonly CandidateInput[]): Closing {
  const { pubkey: _, signature: __, ...proposal } = group[0];
  const proof = { proposal, signatures: group.map((p) => [p.pubkey, p.signature] as const) };
  return { ledger: ledgerOf(last, proposal), users: proposal.users, inputs: proposal.inputs, proof, bodies: inputs.map((i) => i.signed) };
}

/**
 * Checks that `closing` is the ledger after `last`: enough members of the UNL signed its stage-3 proposal, which builds
 * on `last`, and the inputs are those that were agreed. Returns the inputs, in the ledger's order.
 */
export function verifyClosing(closing: Closing, last: LedgerId, config: Pick<ConsensusConfig, 'threshold' | 'unl'>, verify: ConsensusDeps['verify']): CandidateInput[] | undefined {
  const { proposal, signatures } = closing.proof;
  const root = rootHashBytes(proposal);
  const signers = new Set(signatures.filter(([key, signature]) => config.unl.includes(key) && verify(root, signature, key)).map(([key]) => key));
  if (proposal.stage !== 3 || signers.size < closeNeeded(config.threshold, config.unl.length)) return undefined;
  if (!sameShard(proposal.primaryShard, primaryShardId(last)) || ledgerOf(last, proposal).hash !== closing.ledger.hash) return undefined;
  if (!followsFrom(last, closing.ledger) || !sameList(proposal.users, closing.users) || !sameList(proposal.inputs, closing.inputs)) return undefined;
  const bodies = new Map<Hex, CandidateInput>();
  for (const signed of closing.bodies) {
    const candidate = makeCandidate(signed);
    if (candidate && verify(signed.container, signed.signature, signed.pubkey)) bodies.set(candidate.orderedHash, candidate);
  }
  const inputs = closing.inputs.map((ordered) => bodies.get(ordered));
  return inputs.every((i) => i !== undefined) ? inputs : undefined;
}

/** True if enough members of the UNL signed this ledger, whatever it builds on. */
export function isProven(closing: Closing, config: Pick<ConsensusConfig, 'threshold' | 'unl'>, verify: ConsensusDeps['verify']): boolean {
  const { seqNo, prevHash } = closing.ledger;
  return verifyClosing(closing, { seqNo: seqNo - 1, hash: prevHash }, config, verify) !== undefined;
}

/** Checks a run of ledgers fetched from a peer: each follows from the one before, and is what its lists say. */
export function verifyEntries(previous: Pick<Ledger, 'seqNo' | 'hash'>, entries: readonly LedgerEntry[]): boolean {
  let last = previous;
  for (const { ledger, users, inputs } of entries) {
    if (!followsFrom(last, ledger)) return false;
    if (hashList(users.map(fromHex)) !== ledger.userHash) return false;
    if (hashList(inputs.map((i) => fromHex(inputHashOf(i)))) !== ledger.inputHash) return false;
    last = ledger;
  }
  return true;
}

const sameList = (a: readonly Hex[], b: readonly Hex[]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);
