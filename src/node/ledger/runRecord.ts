import { BSON } from 'bson';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { writeFileAtomic } from '../../base/files';
import { systemCode } from '../../base/errors';
import { toBson } from '../../hotpocket/bson';
import type { Hex } from '../../hotpocket/hash';
import type { UserOutput } from '../../hotpocket/outputs';
import { bytes, hash, integer, publicKey } from '../schemas';

/**
 * The last contract run that was completed. What is on disk of a later one is half done: after a crash the state goes
 * back to this record's, and the last ledger's run is done again.
 */
export interface RunRecord {
  readonly ledgerSeqNo: number;
  readonly ledgerHash: Hex;
  readonly stateHash: Hex;
  /** Not in a ledger yet: the next one agrees on them. */
  readonly outputs: readonly UserOutput[];
  /** patch.cfg after it; absent if the state came from peers. */
  readonly patch?: Uint8Array | undefined;
  /** Hash of the patch that hp.cfg stood for then; absent if the state came from peers. */
  readonly configured?: Hex | undefined;
}

const schema = v.object({
  ledgerSeqNo: integer,
  ledgerHash: hash,
  stateHash: hash,
  outputs: v.array(v.object({ pubkey: publicKey, messages: v.array(bytes) })),
  patch: v.optional(bytes),
  configured: v.optional(hash),
});

/** Undefined if there is none, or none that can be read: the state then counts as it is. */
export function readRunRecord(path: string): RunRecord | undefined {
  try {
    const result = v.safeParse(schema, BSON.deserialize(readFileSync(path), { promoteBuffers: true }));
    return result.success ? result.output : undefined;
  } catch (error) {
    if (systemCode(error) === 'EACCES') throw error;
    return undefined;
  }
}

/** Resolves once the record is on disk. */
export function writeRunRecord(path: string, record: RunRecord): Promise<void> {
  return writeFileAtomic(path, toBson(record), 0o600);
}
