import type { InputContainer, UserProtocol } from '../inputs';
import { readFields } from './fields';

/**
 * What the container of a contract input holds (reference 6.4). Undefined unless every field is there, of its type and in
 * range; every node of a cluster decides this alike, because it decides about the input. Never throws.
 */
export function parseContainer(protocol: UserProtocol, bytes: Uint8Array): InputContainer | undefined {
  const fields = readFields(protocol, bytes);
  const input = fields?.bytes('input');
  const nonce = fields?.integer('nonce');
  const maxLedgerSeqNo = fields?.integer('max_ledger_seq_no');
  if (!input || nonce === undefined || nonce < 1n || maxLedgerSeqNo === undefined) return undefined;
  return { input, nonce, maxLedgerSeqNo: Number(maxLedgerSeqNo) };
}
