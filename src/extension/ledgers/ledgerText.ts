import { isUtf8 } from 'node:buffer';
import type { Content, LedgerInfo } from '../../base/ledgers';

/** A ledger as a JSON document. What is not known is left out; an input or output that is text is shown as it is, anything else in hex. */
export function ledgerText({ seqNo, hash, time, contents, inputUsers, ...ledger }: LedgerInfo): string {
  const { prevHash, stateHash, configHash, userHash, inputHash, outputHash, users, inputs, outputs } = ledger;
  return `${JSON.stringify({
    ledger: seqNo,
    time: time === undefined ? undefined : new Date(time).toISOString(),
    hash, prevHash, stateHash, configHash, userHash, inputHash, outputHash,
    users: contents?.users ?? users,
    inputs: contents?.inputs?.map(({ user, hash: inputHashOfOne, nonce, content }) => ({ user, hash: inputHashOfOne, nonce, ...shown(content) })) ?? inputs ?? inputUsers,
    outputs: contents?.outputs?.map(({ user, hash: outputHashOfOne, contents: blobs }) => ({ user, hash: outputHashOfOne, messages: blobs.map(shown) })) ?? outputs,
  }, undefined, 2)}\n`;
}

function shown({ bytes, base64 }: Content): object {
  const all = Buffer.from(base64, 'base64');
  return { bytes, ...(isUtf8(all) ? { text: all.toString() } : { hex: all.toString('hex') }), ...(all.length < bytes && { shortened: true }) };
}
