import { codedLine, HotPocketError } from '../../base/errors';
import { shortHash, ZERO_HASH, type Hex } from '../../hotpocket/hash';
import type { Ledger } from '../../hotpocket/ledger';
import type { CandidateInput, Rejection } from './inputPool';
import type { OutputSignatures } from './outputSignatures';
import type { PendingOutputs } from './pendingOutputs';
import type { Closing, Effect } from './types';

/** A ledger that was closed here: first to the disk, then to all whom it concerns. `outputs`: those of the run before it, if known. */
export function announceClosed(
  closing: Closing, inputs: readonly CandidateInput[], expired: readonly Rejection[], outputs: PendingOutputs | undefined, signatures: OutputSignatures,
): Effect[] {
  const { ledger } = closing;
  const agreed = outputs?.root === ledger.outputHash ? outputs.forUsers() : [];
  return [
    { type: 'commit', closing, outputs: agreed },
    { type: 'log', level: 'inf', message: `****Ledger created**** (lcl:${ledger.seqNo}-${shortHash(ledger.hash)} state:${shortHash(ledger.stateHash)} patch:${shortHash(ledger.configHash)})` },
    ...expired.map((rejection): Effect => ({ type: 'reject', ...rejection })),
    ...announceAccepted(ledger, inputs),
    ...(outputs && outputs.root !== ledger.outputHash ? otherOutputs(ledger, outputs.root) : []),
    ...(agreed.length > 0 ? [{ type: 'deliver', ledger, outputs: agreed, signatures: signatures.of(ledger.outputHash) } as const] : []),
    { type: 'ledgerCreated', ledger },
  ];
}

/** As hpcore says it, and what it means. */
function otherOutputs(ledger: Ledger, mine: Hex): Effect[] {
  const agreed = ledger.outputHash === ZERO_HASH ? undefined : shortHash(ledger.outputHash);
  const lines = ["Consensus output hash didn't match our output hash.", codedLine(new HotPocketError('CONTRACT_OUTPUT_DIFFERS', { ledger: ledger.seqNo - 1, mine: shortHash(mine), agreed }))];
  return lines.map((message) => ({ type: 'log', level: 'wrn', message }));
}

export function announceAccepted(ledger: Ledger, inputs: readonly CandidateInput[]): Effect[] {
  return inputs.length === 0 ? [] : [{ type: 'accept', ledger, inputs: inputs.map((i) => ({ pubkey: i.signed.pubkey, inputHash: i.inputHash })) }];
}
