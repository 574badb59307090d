import { readFile } from 'node:fs/promises';
import { asHotPocketError, errorText, HotPocketError, systemCode } from '../../base/errors';
import { writeFileAtomic } from '../../base/files';
import type { RoundsMode } from '../../base/rounds';

/** What cluster.json holds. Only the supervisor writes it; anyone of the same user may read it. */
export interface ClusterRecord {
  readonly format: typeof FORMAT;
  readonly name: string;
  readonly contractId: string;
  readonly contractPath?: string;
  /** On the grid if absent. */
  readonly rounds?: RoundsMode;
  /** A deployment has been decided on and its files are being put in place; whoever finds this finishes it. */
  readonly deploying?: true;
  readonly nodes: readonly NodeRecord[];
}

export interface NodeRecord {
  readonly node: number;
  readonly publicKey: string;
  readonly role: 'validator' | 'observer';
  readonly userPort: number;
  readonly peerPort: number;
  /** Whether it should run, not whether it does. */
  readonly running: boolean;
}

export const FORMAT = 1;

/** The cluster, or undefined if there is none. Throws CLUSTER_FILE_INVALID. */
export async function readClusterFile(path: string): Promise<ClusterRecord | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (systemCode(error) === 'EACCES') throw asHotPocketError(error);
    throw new HotPocketError('CLUSTER_FILE_INVALID', { path, problem: errorText(error) });
  }
  try {
    const record = JSON.parse(text) as ClusterRecord;
    if (record.format === FORMAT && Array.isArray(record.nodes)) return record;
  } catch (error) {
    throw new HotPocketError('CLUSTER_FILE_INVALID', { path, problem: errorText(error) });
  }
  throw new HotPocketError('CLUSTER_FILE_INVALID', { path, problem: `it is not of format ${FORMAT}.` });
}

export async function writeClusterFile(path: string, record: ClusterRecord): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(record, null, 2), 0o600);
}

/** The grid is what a record says that says nothing. */
export function withRounds({ rounds: _, ...record }: ClusterRecord, mode: RoundsMode): ClusterRecord {
  return mode === 'grid' ? record : { ...record, rounds: mode };
}
