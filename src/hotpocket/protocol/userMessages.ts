import type { Hex } from '../hash';
import type { UserProtocol } from '../inputs';
import { isSignature, readFields, type Fields } from './fields';
import type { Channel, LedgerQuery } from './types';

/** What an authenticated user may say (reference 6.4). */
export type UserMessage =
  | { readonly type: 'contract_input'; readonly container: Buffer; readonly signature: Hex }
  | { readonly type: 'contract_read_request'; readonly id: string; readonly content: Buffer }
  | { readonly type: 'stat' }
  | { readonly type: 'lcl' }
  | { readonly type: 'subscription'; readonly channel: Channel; readonly enabled: boolean }
  | { readonly type: 'ledger_query'; readonly id: string; readonly query: LedgerQuery }
  /** A subscription or ledger query that makes no sense: a bad message, but HotPocket answers nothing at all. */
  | { readonly type: 'unanswered'; readonly of: 'subscription' | 'ledger_query' };

export type BadMessage = 'bad_msg_format' | 'invalid_msg_type';

/** Never throws, whatever the bytes are. An `error` is told to the user as a rejected input with an empty hash. */
export function parseUserMessage(protocol: UserProtocol, bytes: Uint8Array): UserMessage | { readonly error: BadMessage } {
  const fields = readFields(protocol, bytes);
  const type = fields?.text('type');
  if (!fields || type === undefined) return { error: 'bad_msg_format' };
  switch (type) {
    case 'stat':
    case 'lcl':
      return { type };
    case 'contract_input':
      return contractInput(fields) ?? { error: 'bad_msg_format' };
    case 'contract_read_request':
      return readRequest(fields) ?? { error: 'bad_msg_format' };
    case 'subscription':
      return subscription(fields) ?? { type: 'unanswered', of: type };
    case 'ledger_query':
      return ledgerQuery(fields) ?? { type: 'unanswered', of: type };
    default:
      return { error: 'invalid_msg_type' };
  }
}

function contractInput(fields: Fields): UserMessage | undefined {
  const container = fields.bytes('input_container');
  const signature = fields.hex('sig');
  return container && isSignature(signature) ? { type: 'contract_input', container, signature } : undefined;
}

function readRequest(fields: Fields): UserMessage | undefined {
  const id = fields.text('id');
  const content = fields.bytes('content');
  return id !== undefined && content ? { type: 'contract_read_request', id, content } : undefined;
}

function subscription(fields: Fields): UserMessage | undefined {
  const channel = fields.text('channel');
  const enabled = fields.flag('enabled');
  if (enabled === undefined || (channel !== 'ledger_event' && channel !== 'unl_change')) return undefined;
  return { type: 'subscription', channel, enabled };
}

function ledgerQuery(fields: Fields): UserMessage | undefined {
  const id = fields.text('id');
  const seqNo = fields.object('params')?.integer('seq_no');
  const include = fields.texts('include');
  if (!id || fields.text('filter_by') !== 'seq_no' || seqNo === undefined || !include) return undefined;
  return { type: 'ledger_query', id, query: { seqNo: Number(seqNo), inputs: include.includes('inputs'), outputs: include.includes('outputs') } };
}
