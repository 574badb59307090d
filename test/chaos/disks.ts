import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Ledger } from '../../src/hotpocket/ledger';
import { parseLogLine } from '../../src/hotpocket/logLine';
import { LedgerStore } from '../../src/node/ledger/ledgerStore';
import type { RawLedger } from '../../src/node/ledger/rawHistory';
import { readRunRecord, type RunRecord } from '../../src/node/ledger/runRecord';
import type { LedgerEntry } from '../../src/node/consensus/types';
import type { NodePaths } from '../../src/cluster/paths';

/** A ledger as a node's log tells it: hashes have eight digits. */
export interface LoggedLedger {
  readonly seqNo: number;
  readonly hash: string;
  readonly at: number;
}

/** What a node that was stopped has left. */
export interface NodeDisk {
  readonly node: number;
  readonly entries: readonly LedgerEntry[];
  readonly rawOf: (ledger: Ledger) => RawLedger;
  readonly lastRun: RunRecord | undefined;
  readonly logged: readonly LoggedLedger[];
  readonly log: string;
  readonly state: (name: string) => string;
  /** Files that only somebody who was killed can have left, and nobody has tidied up since. */
  readonly leftovers: readonly string[];
}

export function readDisk(node: number, paths: NodePaths): NodeDisk {
  const store = LedgerStore.open(join(paths.ledgerFs, 'seed'), { primaryShards: Infinity, rawShards: Infinity });
  const entries = Array.from({ length: store.last.seqNo }, (_, i) => store.entry(i + 1)).filter((entry) => entry !== undefined);
  const raw = new Map(entries.map(({ ledger }) => [ledger.seqNo, store.rawOf(ledger)]));
  store.close();
  const log = readFileSync(paths.consoleLog, 'utf8');
  return {
    node, entries, log,
    rawOf: ({ seqNo }) => raw.get(seqNo) ?? { inputs: [], outputs: [] },
    lastRun: readRunRecord(join(paths.contractFs, 'run.bson')),
    logged: [...loggedLedgers(log)],
    state: (name) => (existsSync(join(paths.state, name)) ? readFileSync(join(paths.state, name), 'utf8') : ''),
    leftovers: leftovers(paths),
  };
}

function* loggedLedgers(log: string): Generator<LoggedLedger> {
  for (const text of log.split('\n')) {
    const line = text.includes('****Ledger created****') ? parseLogLine(text) : undefined;
    const [, seqNo, hash] = /lcl:(\d+)-([0-9a-f]{8})/.exec(line?.message ?? '') ?? [];
    if (line && hash !== undefined) yield { seqNo: Number(seqNo), hash, at: line.time.getTime() };
  }
}

/** Temporary files by their names (base/files.ts and others), and what is in the node's folder for them. */
function leftovers({ dir, contractFs }: NodePaths): string[] {
  const all = readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) => relative(dir, join(entry.parentPath, entry.name)));
  const temp = relative(dir, join(contractFs, 'tmp'));
  return all.filter((path) => /\.(tmp|new)$|^deploying/.test(path) || path.startsWith(`${temp}/`));
}
