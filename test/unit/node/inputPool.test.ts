import { expect, it } from 'vitest';
import type { SignedInput } from '../../../src/hotpocket/inputs';
import { generateKeyPair, sign, verify } from '../../../src/hotpocket/keys';
import { InputPool, makeCandidate } from '../../../src/node/consensus/inputPool';

const user = generateKeyPair();
const LIMITS = { maxInputLedgerOffset: 10, userInputBytes: 0 };

function input(nonce: number): SignedInput {
  const container = Buffer.from(JSON.stringify({ input: 'x', nonce, max_ledger_seq_no: 18 }));
  return { pubkey: user.publicKey, protocol: 'json', container, signature: sign(container, user.privateKey) };
}

it('an input that peers had first uses up its nonce like any other', () => {
  const pool = new InputPool(verify);
  const first = input(7);
  pool.addRequested([first], LIMITS, 10);
  // It comes from the user as well, a moment too late for the stage 0 before.
  pool.addOwn(first);
  expect(pool.validate(LIMITS, 10)).toEqual([]);
  const earlier = input(6);
  expect(pool.checkSubmit(earlier, makeCandidate(earlier)!.container, LIMITS, 10)).toBe('nonce_expired');
  expect(pool.checkSubmit(first, makeCandidate(first)!.container, LIMITS, 10)).toBe('already_submitted');
  const later = input(8);
  expect(pool.checkSubmit(later, makeCandidate(later)!.container, LIMITS, 10)).toBeUndefined();
  // Once the last ledger that the first one could have been in is closed, its nonce counts no longer.
  expect(pool.checkSubmit(earlier, { ...makeCandidate(earlier)!.container, maxLedgerSeqNo: 20 }, LIMITS, 18)).toBeUndefined();
});
