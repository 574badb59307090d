import { describe, expect, it } from 'vitest';
import { verify } from '../../../src/hotpocket/keys';
import { GENESIS, makeLedger } from '../../../src/hotpocket/ledger';
import { attemptClose, makeClosing, verifyClosing } from '../../../src/node/consensus/closing';
import type { Proposal } from '../../../src/node/consensus/proposal';
import { input, nodeKeys, proposal } from './support/proposals';

const unl = nodeKeys.map((k) => k.publicKey);
const config = { unl, threshold: 80 };
const inputs = [input(1), input(2)];
const names = inputs.map((i) => i.orderedHash).sort();
const group = nodeKeys.slice(0, 4).map((keys) => proposal({ stage: 3, keys, inputs: names })) as [Proposal, ...Proposal[]];

describe('closing a ledger', () => {
  it('takes enough identical stage-3 proposals', () => {
    expect(attemptClose(group, GENESIS, config)).toMatchObject({ kind: 'close' });
    expect(attemptClose(group.slice(1), GENESIS, config)).toEqual({ kind: 'few', received: 3, needed: 4 });
    expect(attemptClose([...group.slice(1), proposal({ stage: 3, keys: nodeKeys[0]! })], GENESIS, config)).toEqual({ kind: 'split', won: 3, needed: 4 });
    expect(attemptClose(group.map((p) => ({ ...p, stage: 2 })), GENESIS, config)).toMatchObject({ kind: 'few', received: 0 });
  });

  // The real engine closes a wrong ledger here (difference a): it never looks at what the winner builds on.
  it('refuses a winner that builds on another ledger than ours', () => {
    const other = makeLedger(GENESIS, { time: 1, stateHash: '0c'.repeat(32), configHash: '0d'.repeat(32), nonce: '01'.repeat(32), users: [], inputHashes: [], outputHash: '00'.repeat(32) });
    expect(attemptClose(group, other, config)).toEqual({ kind: 'foreign' });
  });
});

describe('the proof of a ledger', () => {
  const closing = makeClosing(GENESIS, group, [inputs[0]!, inputs[1]!]);

  it('is accepted by whoever stands on the ledger before', () => {
    expect(verifyClosing(closing, GENESIS, config, verify)?.map((i) => i.orderedHash)).toEqual(names);
  });

  it('is refused on another ledger', () => {
    expect(verifyClosing(closing, closing.ledger, config, verify)).toBeUndefined();
  });

  it.each([
    ['too few signatures', { proof: { ...closing.proof, signatures: closing.proof.signatures.slice(1) } }],
    ['one signature several times', { proof: { ...closing.proof, signatures: Array(4).fill(closing.proof.signatures[0]) } }],
    ['a forged signature', { proof: { ...closing.proof, signatures: closing.proof.signatures.map(([key], i) => [key, i === 0 ? 'ab'.repeat(64) : closing.proof.signatures[i]![1]] as const) } }],
    ['another proposal', { proof: { ...closing.proof, proposal: { ...closing.proof.proposal, time: 4_000 } } }],
    ['a proposal of another stage', { proof: { ...closing.proof, proposal: { ...closing.proof.proposal, stage: 2 as const } } }],
    ['another ledger', { ledger: { ...closing.ledger, time: 4_000 } }],
    ['a missing input', { bodies: closing.bodies.slice(1) }],
    ['other users', { users: [unl[0]!] }],
    ['an input with a wrong signature', { bodies: closing.bodies.map((b, i) => (i === 0 ? { ...b, signature: 'cd'.repeat(64) } : b)) }],
  ])('is refused with %s', (_what, change) => {
    expect(verifyClosing({ ...closing, ...change }, GENESIS, config, verify)).toBeUndefined();
  });

  it('is refused when its signers are not in the UNL', () => {
    expect(verifyClosing(closing, GENESIS, { unl: unl.slice(2), threshold: 80 }, verify)).toBeUndefined();
  });
});
