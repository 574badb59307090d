import { join } from 'node:path';
import { removeUnfinished } from '../base/files';
import { sayDamaged } from './damage';
import { ledgerHistory, LedgerStore } from './ledger/ledgerStore';
import { readRunRecord, type RunRecord } from './ledger/runRecord';
import type { NodeLog } from './log/nodeLog';
import type { ContractDir } from './setup/contractDir';
import { StateStore } from './state/store';

/** What a node has on disk of its past. */
export interface Storage {
  readonly state: StateStore;
  readonly ledgers: LedgerStore;
  readonly runRecordFile: string;
  /** Of the last run that was completed, if one was. */
  readonly record: RunRecord | undefined;
}

/** Opens it all. What turns out to be damaged is said, and counts as not there. */
export function openStorage({ paths, config, patchWasDamaged }: ContractDir, log: NodeLog): Storage {
  const damaged = sayDamaged(log);
  if (patchWasDamaged) damaged(paths.patchCfg, 'It is no JSON, and was written anew from hp.cfg.');
  const state = StateStore.open(paths.contractFs, { damaged });
  const ledgers = LedgerStore.open(join(paths.ledgerFs, 'seed'), ledgerHistory(config), damaged);
  const runRecordFile = join(paths.contractFs, 'run.bson');
  removeUnfinished(runRecordFile);
  return { state, ledgers, runRecordFile, record: readRunRecord(runRecordFile, damaged) };
}
