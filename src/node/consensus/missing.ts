import type { Hex } from '../../hotpocket/hash';
import type { Ledger } from '../../hotpocket/ledger';
import type { InputPool } from './inputPool';
import type { Proposal } from './proposal';
import type { Effect } from './types';

const MAX_INPUTS_ASKED = 256;

/**
 * Asks peers that are one ledger ahead for that ledger and its proof. On three nodes the vote can't repair one missed
 * message, since no two shards ever reach the threshold; the proof can (decided difference b).
 */
export function missedLedgerRequests(proposals: readonly Proposal[], last: Ledger): Effect[] {
  const ahead = proposals.filter((p) => p.lastLedgerSeqNo === last.seqNo + 1);
  return ahead.slice(0, 2).map(({ pubkey }) => ({ type: 'requestClosing', from: pubkey, after: last }));
}

/**
 * Asks for inputs that others propose and we never had. Were two inputs each unknown to another node, every stage 3
 * would split, and since inputs only expire as ledgers close, for ever.
 */
export function missedInputRequests(proposals: readonly Proposal[], pool: Pick<InputPool, 'knows'>): Effect[] {
  const asked = new Set<Hex>();
  return proposals.flatMap(({ pubkey, inputs }): Effect[] => {
    const missing = inputs.filter((input) => !asked.has(input) && !pool.knows(input)).slice(0, MAX_INPUTS_ASKED);
    for (const input of missing) asked.add(input);
    return missing.length > 0 ? [{ type: 'requestInputs', from: pubkey, inputs: missing }] : [];
  });
}
