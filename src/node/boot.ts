import type { Hex } from '../hotpocket/hash';
import type { ConsensusBoot } from './consensus/types';
import { makeCandidate, rememberedLedgers, runInputs } from './consensus/inputPool';
import type { LedgerStore } from './ledger/ledgerStore';
import { readRunRecord } from './ledger/runRecord';
import type { StateStore } from './state/store';
import { lastEntries } from './sync/ledgerSync';

/** Where a node stands, from what is on disk. A half-done run is taken back, and is to be done again. */
export function bootFrom(ledgers: LedgerStore, state: StateStore, runRecordFile: string, patchHash: Hex, maxInputLedgerOffset: number): ConsensusBoot {
  const { last } = ledgers;
  const record = readRunRecord(runRecordFile);
  // Even if the hash is right: it is an XOR that, for example, two files with swapped contents do not change.
  const stateHash = record && state.restore(record.stateHash) ? record.stateHash : state.scan().hash;
  const outputs = record?.ledgerHash === last.hash ? record.outputs : [];
  const recent = lastEntries(ledgers, rememberedLedgers(maxInputLedgerOffset));
  const standing = { last, stateHash, patchHash, recent, outputs };
  const isPending = (record?.ledgerSeqNo ?? 0) === last.seqNo - 1 && last.stateHash === stateHash && last.configHash === patchHash;
  const closing = isPending ? ledgers.closing(last.seqNo) : undefined;
  if (!closing) return standing;
  const inputs = closing.bodies.flatMap((signed) => makeCandidate(signed) ?? []);
  return { ...standing, pendingRun: runInputs(closing.users, inputs) };
}
