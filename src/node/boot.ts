import type { Hex } from '../hotpocket/hash';
import type { ConsensusBoot } from './consensus/types';
import { makeCandidate, rememberedLedgers, runInputs } from './consensus/inputPool';
import type { LedgerStore } from './ledger/ledgerStore';
import type { RunRecord } from './ledger/runRecord';
import { consensusPatch } from './patches';
import type { RecoveredPatch } from './recoveredPatch';
import { patchHash as hashOfPatch } from '../hotpocket/stateHash';
import type { StateStore } from './state/store';
import { lastEntries } from './sync/ledgerSync';

/** Where a node stands, from what is on disk. A half-done run is taken back, and is to be done again. */
export function bootFrom(ledgers: LedgerStore, state: StateStore, record: RunRecord | undefined, { hash: patchHash, pending }: Pick<RecoveredPatch, 'hash' | 'pending'>, maxInputLedgerOffset: number): ConsensusBoot {
  const { last } = ledgers;
  // Even if the hash is right: it is an XOR that, for example, two files with swapped contents do not change.
  const stateHash = record && state.restore(record.stateHash) ? record.stateHash : state.scan().hash;
  const outputs = record?.ledgerHash === last.hash ? record.outputs : [];
  const recent = lastEntries(ledgers, rememberedLedgers(maxInputLedgerOffset));
  const pendingPatch = pending === undefined ? {} : { pendingPatch: pending && consensusPatch(pending) };
  const standing = { last, stateHash, patchHash, recent, outputs, ...pendingPatch };
  const isPending = (record?.ledgerSeqNo ?? 0) === last.seqNo - 1 && last.stateHash === stateHash && (last.configHash === patchHash || isPatchOf(record, last.configHash));
  const closing = isPending ? ledgers.closing(last.seqNo) : undefined;
  if (!closing) return standing;
  const inputs = closing.bodies.flatMap((signed) => makeCandidate(signed) ?? []);
  return { ...standing, pendingRun: runInputs(closing.users, inputs) };
}

/** The start of a node may have given the patch another form; what is to be run again is the same. */
const isPatchOf = (record: RunRecord | undefined, configHash: Hex): boolean => record?.patch !== undefined && hashOfPatch(record.patch) === configHash;
