import { ZERO_HASH, type Hex } from '../../../src/hotpocket/hash';
import { FrameLog } from '../../../src/node/ledger/frameLog';
import { LedgerStore } from '../../../src/node/ledger/ledgerStore';
import type { LedgerRecords } from '../../../src/node/ledger/primaryHistory';
import type { RunRecord } from '../../../src/node/ledger/runRecord';
import type { Random } from './random';
import { SimFile } from './simFile';

/**
 * What survives a crash: the ledgers in the files and by the code of real nodes; the state and the record of the last run, which real nodes
 * replace in one step, as plain values.
 */
export class SimDisk {
  private readonly ledgers = new SimFile();
  private readonly recent = [new SimFile(), new SimFile()] as const;
  /** The contract's state: every input it ever got, in order. */
  log: readonly string[] = [];
  run: RunRecord = { ledgerSeqNo: 0, ledgerHash: ZERO_HASH, stateHash: ZERO_HASH, outputs: [] };

  openLedgers(): LedgerStore {
    const [a, b] = this.recent;
    return new LedgerStore(oneShard(new FrameLog(this.ledgers.open())), [new FrameLog(a.open()), new FrameLog(b.open())]);
  }

  /** The next write to one of the files stops somewhere: the rest of it is missing, or zeros where the file had grown already. */
  tear(random: Random): void {
    const torn = (bytes: Uint8Array): Uint8Array => {
      const kept = bytes.subarray(0, random.int(0, bytes.length));
      return random.chance(0.5) ? kept : Buffer.concat([kept], bytes.length);
    };
    for (const file of random.chance(0.7) ? [this.ledgers] : this.recent) file.tearNextWrite(torn);
  }

  setState(log: readonly string[], ledger: { readonly seqNo: number; readonly hash: Hex }, stateHash: Hex, outputs: RunRecord['outputs']): void {
    this.log = log;
    this.run = { ledgerSeqNo: ledger.seqNo, ledgerHash: ledger.hash, stateHash, outputs };
  }
}

/** Simulations never come to the end of the first shard. */
const oneShard = (log: FrameLog): LedgerRecords => ({
  oldest: 1,
  get newest() {
    return log.count;
  },
  read: (seqNo) => log.read(seqNo - 1),
  append: (_seqNo, record) => log.append(record),
  truncate: (last) => log.truncate(last),
  restart: () => log.truncate(0),
  close: () => log.close(),
});
