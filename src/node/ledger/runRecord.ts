import { BSON } from 'bson';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { writeFileAtomic } from '../../base/files';
import { systemCode } from '../../base/errors';
import { toBson } from '../../hotpocket/bson';
import type { Hex } from '../../hotpocket/hash';
import type { UserOutput } from '../../hotpocket/outputs';
import { unsaid, type Damaged } from '../damage';
import { bytes, hash, integer, publicKey } from '../schemas';
import { framed, unframed } from './frameLog';

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

/** Undefined if there is none, or none that can be read, which is said: the state then counts as it is. */
export function readRunRecord(path: string, damaged: Damaged = unsaid): RunRecord | undefined {
  try {
    const content = readFileSync(path);
    const result = v.safeParse(schema, BSON.deserialize(unframed(content) ?? plain(content), { promoteBuffers: true }));
    if (result.success) return result.output;
  } catch (error) {
    if (systemCode(error) === 'EACCES') throw error;
    if (systemCode(error) === 'ENOENT') return undefined;
  }
  damaged(path, 'It is no record of a contract run. The state counts as it is.');
  return undefined;
}

/** As earlier versions wrote it: a document, which begins with its own length, without a checksum. */
const plain = (content: Buffer): Buffer => (content.length >= 4 && content.readInt32LE() === content.length ? content : Buffer.alloc(0));

/** Resolves once the record is on disk. */
export function writeRunRecord(path: string, record: RunRecord): Promise<void> {
  return writeFileAtomic(path, framed(toBson(record)), 0o600);
}
