import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock';
import { readBundle } from '../../../src/cluster/bundle';
import { copyBundle } from '../../../src/cluster/copyBundle';
import { shortHash, ZERO_HASH } from '../../../src/hotpocket/hash';
import { outputRoot } from '../../../src/hotpocket/outputs';
import { startContract } from '../../../src/node/contract/startContract';
import type { ContractProgram, RunUser } from '../../../src/node/contract/types';
import type { LedgerEntry } from '../../../src/node/consensus/types';
import { StateStore } from '../../../src/node/state/store';
import { longestOf } from './agreement';
import type { ChaosCluster } from '../chaosCluster';
import type { NodeDisk } from '../disks';

const PROGRAM: ContractProgram = { binPath: process.execPath, binArgs: 'index.js', environment: {}, limits: { execTimeoutMs: 0, userOutputBytes: 0, nplOutputBytes: 0 } };

export interface Replay {
  readonly problems: string[];
  /** The inputs that the state shows at the end, in its order. */
  readonly executed: readonly string[];
  readonly runs: number;
}

/**
 * Does the runs of all agreed ledgers on a fresh state, with the inputs that nodes kept in their raw history. After each the state must be what the next
 * ledger says, and at the end what the nodes have on disk.
 */
export async function replay(disks: readonly NodeDisk[], cluster: ChaosCluster): Promise<Replay> {
  const contractFs = join(cluster.home, 'replay');
  mkdirSync(join(contractFs, 'tmp'), { recursive: true });
  await copyBundle(await readBundle(cluster.bundle), 1, join(contractFs, 'seed'));
  const store = StateStore.open(contractFs);
  const stateDir = join(contractFs, 'seed', 'state');
  const { entries } = longestOf(disks);
  const problems: string[] = [];
  const log = (message: string): void => void problems.push(`the replay says: ${message}`);
  let stateHash = store.scan().hash;
  if (entries[0] && entries[0].ledger.stateHash !== stateHash) problems.push(`ledger 1 has state ${shortHash(entries[0].ledger.stateHash)}, what was deployed ${shortHash(stateHash)}`);
  const after = new Map<number, string>();
  for (const [i, entry] of entries.entries()) {
    const { seqNo, hash, time } = entry.ledger;
    const users = usersOf(entry, disks);
    if (!users) return { problems: [...problems, `no node kept the inputs of ledger ${seqNo}`], executed: [], runs: i };
    const run = startContract(PROGRAM, {
      contractId: cluster.contractId, publicKey: cluster.keys[0]!, privateKey: `ed${'0'.repeat(128)}`, readonly: false, timestamp: time, ledger: { seqNo, hash },
      users, unl: [...cluster.keys].sort().map((pubkey) => ({ pubkey, activeOn: 0 })),
    }, { stateDir, tempDir: join(contractFs, 'tmp'), nodeExecutable: process.execPath, clock: systemClock, events: {}, log: { inf: log, wrn: log, err: log } });
    const { outputs } = await run.done;
    stateHash = store.scan().hash;
    after.set(seqNo, stateHash);
    const next = entries[i + 1]?.ledger;
    if (next && next.stateHash !== stateHash) return { problems: [...problems, `after ledger ${seqNo} the state is ${shortHash(next.stateHash)}, replayed ${shortHash(stateHash)}`], executed: [], runs: i };
    // Without outputs nodes did not agree on any: the contract of one was killed.
    if (next && next.outputHash !== ZERO_HASH && next.outputHash !== outputRoot(outputs, stateHash)) problems.push(`ledger ${next.seqNo} has other outputs than ledger ${seqNo} leads to`);
  }
  for (const { node, lastRun } of disks) {
    const replayed = after.get(lastRun?.ledgerSeqNo ?? 0);
    if (lastRun && replayed !== lastRun.stateHash) problems.push(`after ledger ${lastRun.ledgerSeqNo} the state is ${shortHash(lastRun.stateHash)} on node ${node}, replayed ${shortHash(replayed ?? '')}`);
  }
  const lines = readFileSync(join(stateDir, 'inputs.txt'), 'utf8').trimEnd().split('\n');
  return { problems, executed: lines.filter((line) => !line.startsWith('-- ')), runs: entries.length };
}

/** Users and inputs of a ledger in the order in which the contract gets them; undefined if no node kept these inputs. */
function usersOf({ ledger, users, inputs }: LedgerEntry, disks: readonly NodeDisk[]): RunUser[] | undefined {
  const kept = disks.map((disk) => disk.rawOf(ledger).inputs).find(({ length }) => length === inputs.length);
  if (!kept) return undefined;
  const keys = [...new Set([...users, ...kept.map(({ pubkey }) => pubkey)])].sort();
  return keys.map((pubkey) => ({ pubkey, inputs: kept.filter((input) => input.pubkey === pubkey).map(({ blob }) => blob) }));
}
