import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
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

const number = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max));
const shape = v.object({
  format: v.literal(FORMAT),
  name: v.string(),
  contractId: v.string(),
  contractPath: v.optional(v.string()),
  rounds: v.optional(v.picklist(['grid', 'eager'])),
  deploying: v.optional(v.literal(true)),
  nodes: v.pipe(
    v.array(v.object({ node: number(0xffff), publicKey: v.string(), role: v.picklist(['validator', 'observer']), userPort: number(0xffff), peerPort: number(0xffff), running: v.boolean() })),
    v.check((nodes) => new Set(nodes.map(({ node }) => node)).size === nodes.length),
  ),
});

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
    const json: unknown = JSON.parse(text);
    const result = v.safeParse(shape, json);
    // What a newer version added is kept.
    if (result.success) return json as ClusterRecord;
    const where = v.getDotPath(result.issues[0]);
    throw new Error(where === null || where === 'format' ? `it is not of format ${FORMAT}.` : `${where} is not what it should be.`);
  } catch (error) {
    throw new HotPocketError('CLUSTER_FILE_INVALID', { path, problem: errorText(error) });
  }
}

export async function writeClusterFile(path: string, record: ClusterRecord): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(record, null, 2), 0o600);
}

/** The grid is what a record says that says nothing. */
export function withRounds({ rounds: _, ...record }: ClusterRecord, mode: RoundsMode): ClusterRecord {
  return mode === 'grid' ? record : { ...record, rounds: mode };
}
