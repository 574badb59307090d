import type { Hex } from '../hash';
import type { InputContainer, UserProtocol } from '../inputs';
import { sign } from '../keys';
import { dialects } from './dialects';
import type { Channel, LedgerQuery } from './types';

/** The messages of a user to a node; what the node makes of them is in userMessages.ts (reference 6.4). */

export const encodeStatusRequest = (protocol: UserProtocol): Buffer => dialects[protocol].encode({ type: 'stat' });

export const encodeLastLedgerRequest = (protocol: UserProtocol): Buffer => dialects[protocol].encode({ type: 'lcl' });

export function encodeSubscription(protocol: UserProtocol, channel: Channel, enabled: boolean): Buffer {
  return dialects[protocol].encode({ type: 'subscription', channel, enabled });
}

/** Undefined if the content has no form in the protocol, see `userContent`. */
export function encodeReadRequest(protocol: UserProtocol, id: string, bytes: Uint8Array): Buffer | undefined {
  const content = userContent(protocol, bytes);
  return content === undefined ? undefined : dialects[protocol].encode({ type: 'contract_read_request', id, content });
}

export function encodeLedgerQuery(protocol: UserProtocol, id: string, { seqNo, inputs, outputs }: LedgerQuery): Buffer {
  const { integer, encode } = dialects[protocol];
  const include = [...(inputs ? ['inputs'] : []), ...(outputs ? ['outputs'] : [])];
  return encode({ type: 'ledger_query', id, filter_by: 'seq_no', params: { seq_no: integer(seqNo) }, include });
}

/** The message and the signature that its hash is made of. Undefined if the input has no form in the protocol. */
export function encodeInput(protocol: UserProtocol, container: InputContainer, privateKey: Hex): { readonly message: Buffer; readonly signature: Hex } | undefined {
  const { hex, integer, encode } = dialects[protocol];
  const input = userContent(protocol, container.input);
  if (input === undefined) return undefined;
  // What is signed are these very bytes, so they are made once.
  const signed = encode({ input, nonce: integer(container.nonce), max_ledger_seq_no: integer(container.maxLedgerSeqNo) });
  const signature = sign(signed, privateKey);
  return { message: encode({ type: 'contract_input', input_container: userContent(protocol, signed), sig: hex(signature) }), signature };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What goes to a contract: in JSON a string, which only UTF-8 can be, in BSON any bytes. */
function userContent(protocol: UserProtocol, bytes: Uint8Array): unknown {
  if (protocol === 'bson') return dialects.bson.content(bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
