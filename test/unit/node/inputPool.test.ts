import { describe, expect, it } from 'vitest';
import { inputHash, type SignedInput } from '../../../src/hotpocket/inputs';
import { GENESIS } from '../../../src/hotpocket/ledger';
import { generateKeyPair, sign, verify } from '../../../src/hotpocket/keys';
import { MOST_INPUTS, MOST_USERS } from '../../../src/node/consensus/bounds';
import { InputPool, makeCandidate } from '../../../src/node/consensus/inputPool';
import { inBatches } from '../../../src/node/mesh/messages';

const user = generateKeyPair();
const LIMITS = { maxInputLedgerOffset: 10, userInputBytes: 0 };

function input(nonce: number): SignedInput {
  const container = Buffer.from(JSON.stringify({ input: 'x', nonce, max_ledger_seq_no: 18 }));
  return { pubkey: user.publicKey, protocol: 'json', container, signature: sign(container, user.privateKey) };
}

describe('large inputs', () => {
  const large = (nonce: number, bytes: number): SignedInput => {
    const container = Buffer.from(JSON.stringify({ input: 'x'.repeat(bytes), nonce, max_ledger_seq_no: 18 }));
    return { pubkey: user.publicKey, protocol: 'json', container, signature: sign(container, user.privateKey) };
  };

  it('are proposed up to 8 MiB at a time, and at least one', () => {
    const pool = new InputPool(verify);
    for (const nonce of [1, 2, 3]) pool.addOwn(large(nonce, 3 << 20));
    pool.validate(LIMITS, 10);
    const first = pool.list();
    expect(first).toHaveLength(2);
    pool.settle({ ledger: { ...GENESIS, seqNo: 11 }, users: [], inputs: first }, 10);
    expect(pool.list()).toHaveLength(1);
    const other = new InputPool(verify);
    other.addOwn(large(1, 9 << 20));
    other.validate(LIMITS, 10);
    expect(other.list()).toHaveLength(1);
  });

  it('are not sent again in every round, as small ones are', () => {
    const pool = new InputPool(verify);
    const small = input(1);
    pool.addOwn(small);
    pool.addOwn(large(2, 100_000));
    pool.validate(LIMITS, 10);
    expect(pool.unsettledOwn()).toEqual([small]);
  });

  it('go to peers in several messages', () => {
    const inputs = [1, 2, 3, 4].map((nonce) => large(nonce, 3 << 20));
    expect(inBatches(inputs).map((batch) => batch.length)).toEqual([2, 2]);
    expect(inBatches([])).toEqual([[]]);
  });
});

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

it('an own input that is in a ledger before this node came to look at it waits no more', () => {
  const pool = new InputPool(verify);
  const signed = input(7);
  const { orderedHash } = makeCandidate(signed)!;
  const entry = { ledger: { ...GENESIS, seqNo: 11 }, users: [], inputs: [orderedHash] };
  pool.addOwn(signed);
  expect(pool.settle(entry, 10).map((waited) => waited.orderedHash)).toEqual([orderedHash]);
  expect(pool.validate(LIMITS, 11)).toEqual([]);
  // Else it would be sent to all peers in every round.
  expect(pool.unsettledOwn()).toEqual([]);
  expect(pool.settle(entry, 10)).toEqual([]);
});

it('an input that is in a ledger is not taken again by a node that has forgotten its nonce', () => {
  const pool = new InputPool(verify);
  const signed = input(7);
  const { orderedHash, container } = makeCandidate(signed)!;
  pool.settle({ ledger: { ...GENESIS, seqNo: 11 }, users: [], inputs: [orderedHash] }, 10);
  expect(pool.checkSubmit(signed, container, LIMITS, 11)).toBe('already_submitted');
  expect(pool.checkSubmit(input(8), makeCandidate(input(8))!.container, LIMITS, 11)).toBeUndefined();
});

it('peers that flood between two rounds are not listened to without end', () => {
  const size = input(1).container.length;
  const pool = new InputPool(verify, 3 * size);
  const taken = (nonces: readonly number[]): number => {
    for (const nonce of nonces) pool.addNup({ users: [], inputs: [input(nonce)] });
    pool.validate(LIMITS, 10);
    return pool.list().length;
  };
  // The second one comes from several peers.
  expect(taken([1, 2, 2, 3, 4, 5])).toBe(3);
  expect(taken([6, 7])).toBe(5);
});

describe('an input is rejected', () => {
  const key = generateKeyPair();
  const make = (fields: object, raw?: string): SignedInput => {
    const container = Buffer.from(raw ?? JSON.stringify({ input: 'x', nonce: 5, max_ledger_seq_no: 15, ...fields }));
    return { pubkey: key.publicKey, protocol: 'json', container, signature: sign(container, key.privateKey) };
  };
  const forged = (signed: SignedInput): SignedInput => ({ ...signed, signature: sign(Buffer.from('else'), key.privateKey) });
  const strict = { maxInputLedgerOffset: 10, userInputBytes: 3 };
  /** Ledger 10 is the last; nonce 5 was used, for ledgers up to 15. */
  function used(limits = strict): InputPool {
    const pool = new InputPool(verify);
    pool.addOwn(make({}));
    expect(pool.validate(limits, 10)).toEqual([]);
    return pool;
  }

  // Each breaks the rules after its own too (reference 3.8): the first that is broken counts.
  it.each<[string, SignedInput, string | undefined, string]>([
    ['a malformed container', make({}, '{'), undefined, 'bad_msg_format'],
    ['a nonce that is not positive', make({ nonce: 0 }), undefined, 'bad_msg_format'],
    ['a wrong signature', forged(make({ nonce: 5, max_ledger_seq_no: 99, input: 'long' })), 'max_ledger_offset_exceeded', 'bad_sig'],
    ['too far ahead', make({ max_ledger_seq_no: 21, input: 'long' }), 'max_ledger_offset_exceeded', 'max_ledger_offset_exceeded'],
    ['too late', make({ max_ledger_seq_no: 10, input: 'long' }), 'max_ledger_expired', 'max_ledger_expired'],
    ['too many bytes in a round', make({ input: 'long' }), 'round_inputs_overflow', 'round_inputs_overflow'],
    ['an old nonce', make({ nonce: 4 }), 'nonce_expired', 'nonce_expired'],
    ['a used nonce', make({ input: 'y' }), 'nonce_expired', 'nonce_expired'],
  ])('for %s, at submit and at stage 0', (_, signed, atSubmit, atStage0) => {
    const candidate = makeCandidate(signed);
    expect(candidate && used().checkSubmit(signed, candidate.container, strict, 10)).toBe(atSubmit);
    const pool = used();
    pool.addNup({ users: [], inputs: [signed] });
    expect(pool.validate(strict, 10)).toEqual([{ pubkey: key.publicKey, inputHash: inputHash(signed.signature), reason: atStage0 }]);
    expect(pool.list()).toHaveLength(1);
  });

  it('that was handed in before: at submit, and without a word at stage 0', () => {
    const pool = used();
    expect(pool.checkSubmit(make({}), makeCandidate(make({}))!.container, strict, 10)).toBe('already_submitted');
    pool.addNup({ users: [], inputs: [make({})] });
    expect(pool.validate(strict, 10)).toEqual([]);
  });

  it('by its bytes only until the next stage 0, together with the others of its user', () => {
    const pool = new InputPool(verify);
    const submit = (nonce: number, text: string): string | undefined => {
      const signed = make({ nonce, input: text });
      return pool.checkSubmit(signed, makeCandidate(signed)!.container, strict, 10);
    };
    expect([submit(1, 'ab'), submit(2, 'cd'), submit(3, 'e'), submit(4, 'f')]).toEqual([undefined, 'round_inputs_overflow', undefined, 'round_inputs_overflow']);
    pool.validate(strict, 10);
    expect(submit(5, 'fgh')).toBeUndefined();
    // A batch is measured anew: peers count differently.
    pool.addNup({ users: [], inputs: [make({ nonce: 6, input: 'ab' }), make({ nonce: 7, input: 'cd' }), make({ nonce: 8, input: 'e' })] });
    expect(pool.validate(strict, 10).map(({ reason }) => reason)).toEqual(['round_inputs_overflow']);
    expect(pool.list()).toHaveLength(2);
  });

  it('when no ledger took it in time', () => {
    const pool = used();
    expect(pool.expire(14)).toEqual([]);
    expect(pool.expire(15)).toEqual([{ pubkey: key.publicKey, inputHash: inputHash(make({}).signature), reason: 'max_ledger_expired' }]);
    expect(pool.list()).toEqual([]);
  });

  it('but one of two with the same nonce in a batch is taken, and any ledger may be named without a limit', () => {
    const pool = new InputPool(verify);
    pool.addNup({ users: [], inputs: [make({ input: 'a', max_ledger_seq_no: 1_000_000 }), make({ input: 'b', max_ledger_seq_no: 1_000_000 })] });
    expect(pool.validate({ maxInputLedgerOffset: 0, userInputBytes: 0 }, 10).map(({ reason }) => reason)).toEqual(['nonce_expired']);
    expect(pool.list()).toHaveLength(1);
  });
});

describe('strangers among the peers', () => {
  it('announce no more users than a proposal can name, and leave room for those that are connected', () => {
    const pool = new InputPool(verify);
    const users = Array.from({ length: MOST_USERS }, (_, i) => `ed1${i}`);
    for (const part of [users, users.map((user) => `${user}0`)]) pool.addNup({ users: part, inputs: [] });
    pool.addUsers(['ed0', 'ed00']);
    const taken = pool.takeUsers();
    expect(taken.length).toBeLessThanOrEqual(MOST_USERS);
    expect(taken).toContain('ed00');
  });

  it('bring no more inputs without content than a proposal can name', () => {
    const pool = new InputPool(() => false);
    const empty = (i: number): SignedInput => ({ pubkey: 'ed', protocol: 'json', container: Buffer.alloc(0), signature: String(i) });
    pool.addNup({ users: [], inputs: Array.from({ length: MOST_INPUTS + 100 }, (_, i) => empty(i)) });
    expect(pool.validate(LIMITS, 10)).toHaveLength(MOST_INPUTS);
  });

  it('do not have the messages kept alive in which their inputs came', () => {
    const pool = new InputPool(verify);
    const signed = input(1);
    const message = Buffer.concat([signed.container, Buffer.alloc(1 << 20)]);
    pool.addNup({ users: [], inputs: [{ ...signed, container: message.subarray(0, signed.container.length) }] });
    pool.validate(LIMITS, 10);
    const [kept] = pool.some(pool.list());
    expect(kept?.container).toEqual(signed.container);
    expect(kept?.container.buffer.byteLength).toBe(signed.container.length);
  });
});
