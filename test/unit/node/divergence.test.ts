import { expect, it } from 'vitest';
import type { Hex } from '../../../src/hotpocket/hash';
import { GENESIS, makeLedger, primaryShardId, type Ledger } from '../../../src/hotpocket/ledger';
import { Divergence } from '../../../src/node/consensus/divergence';
import type { Proposal } from '../../../src/node/consensus/proposal';
import { evaluate } from '../../../src/node/consensus/voting';
import { nodeKeys, proposal } from './support/proposals';

const [mine, theirs, third] = ['1a', '2b', '3c'].map((digits) => digits.repeat(32)) as [Hex, Hex, Hex];
const patchHash = '0d'.repeat(32);
const NEEDED = 4;
const FROM_PEERS = -1;

function said(divergence: Divergence, candidates: readonly Proposal[], { last = GENESIS, ranAfter = 7 } = {}): string | undefined {
  const standing = { primaryShard: primaryShardId(last), patchHash, stateHash: mine };
  return divergence.of(evaluate(candidates, standing, NEEDED), candidates, standing, NEEDED, ranAfter === FROM_PEERS ? undefined : ranAfter);
}
const withStates = (...states: readonly Hex[]): Proposal[] => states.map((stateHash, i) => proposal({ keys: nodeKeys[i]!, stateHash }));
const name = (i: number): string => nodeKeys[i]!.publicKey.slice(0, 10);

it('says once a ledger which nodes were left which state by their contracts', () => {
  const divergence = new Divergence();
  const candidates = withStates(mine, theirs, theirs, third, theirs);
  expect(said(divergence, candidates)).toMatch(new RegExp(
    `^CONTRACT_STATE_DIFFERS: .*ledger 7\\. .*: 2b2b2b2b on 3 \\(${name(1)} ${name(2)} ${name(4)}\\), 1a1a1a1a on 1 \\(${name(0)}\\), 3c3c3c3c on 1 \\(${name(3)}\\)\\. .*from 1a1a1a1a to 2b2b2b2b\\.`,
  ));
  expect(said(divergence, candidates)).toBeUndefined();
  expect(said(divergence, candidates, { ranAfter: 8 })).toMatch(/^CONTRACT_STATE_DIFFERS: .*ledger 8\./);
});

it.each([
  ['all have the same', withStates(mine, mine, mine, mine, mine), {}],
  ['most have ours', withStates(mine, mine, mine, theirs, mine), {}],
  ['ours is not what a run here left', withStates(mine, theirs, theirs, theirs, theirs), { ranAfter: FROM_PEERS }],
  ['we only missed a ledger', withStates(mine, theirs, theirs, theirs, theirs), { last: other(1) }],
])('says nothing of states if %s', (_, candidates, at) => {
  expect(said(new Divergence(), candidates, at)).toBeUndefined();
});

it('says which nodes stand on which ledger when that lasts, and again only after they had met', () => {
  const divergence = new Divergence();
  const split = [other(1), other(1), other(2), other(2), other(3)].map((last, i) => proposal({ keys: nodeKeys[i]!, last, stateHash: mine }));
  expect(said(divergence, split)).toBeUndefined();
  expect(said(divergence, split)).toMatch(new RegExp(`^CLUSTER_FORKED: .* 4 votes .*: 1 \\(shard [0-9a-f]{8}\\) on 2 \\(${name(0)} ${name(1)}\\), 1 \\(.*\\) on 2 .*, 1 \\(.*\\) on 1 `));
  expect(said(divergence, split)).toBeUndefined();
  expect(said(divergence, withStates(mine, mine, mine, mine))).toBeUndefined();
  expect([said(divergence, split), said(divergence, split)]).toEqual([undefined, expect.stringContaining('CLUSTER_FORKED')]);
});

/** One of several ledgers with number 1. */
function other(time: number): Ledger {
  return makeLedger(GENESIS, { time, stateHash: mine, configHash: patchHash, nonce: '', users: [], inputHashes: [], outputHash: mine });
}
