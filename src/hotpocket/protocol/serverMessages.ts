import type { Hex } from '../hash';
import type { UserProtocol } from '../inputs';
import type { Ledger } from '../ledger';
import type { HashTree } from '../outputs';
import { dialects, type Dialect } from './dialects';
import type { ContractOutput, InputStatus, LedgerView, NodeStatus, ServerEvent } from './types';

/** The messages of a node to its users; the order of fields is the real engine's (reference 6.5). */

export function encodeStatus(protocol: UserProtocol, status: NodeStatus): Buffer {
  const { hex, integer, encode } = dialects[protocol];
  return encode({
    type: 'stat_response',
    hp_version: status.hpVersion,
    ledger_seq_no: integer(status.ledgerSeqNo),
    ledger_hash: hex(status.ledgerHash),
    vote_status: status.voteStatus,
    round_time: integer(status.roundTime),
    contract_execution_enabled: status.contractExecutionEnabled,
    read_requests_enabled: status.readRequestsEnabled,
    is_full_history_node: status.isFullHistoryNode,
    weakly_connected: status.weaklyConnected,
    current_unl: status.currentUnl.map(hex),
    peers: status.peers,
  });
}

export function encodeLastLedger(protocol: UserProtocol, { seqNo, hash }: Pick<Ledger, 'seqNo' | 'hash'>): Buffer {
  const { hex, integer, encode } = dialects[protocol];
  return encode({ type: 'lcl_response', ledger_seq_no: integer(seqNo), ledger_hash: hex(hash) });
}

/** `inputHash` is empty in a rejection that answers no particular input. */
export function encodeInputStatus(protocol: UserProtocol, status: InputStatus): Buffer {
  const { hex, integer, encode } = dialects[protocol];
  const head = { type: 'contract_input_status', status: status.status };
  const input_hash = hex(status.inputHash);
  if (status.status === 'rejected') return encode({ ...head, reason: status.reason, input_hash });
  return encode({ ...head, input_hash, ledger_seq_no: integer(status.ledgerSeqNo), ledger_hash: hex(status.ledgerHash) });
}

/** One output of the contract to a read request; a request may be answered by several of these. */
export function encodeReadResponse(protocol: UserProtocol, replyFor: string, output: Uint8Array): Buffer {
  const { content, encode } = dialects[protocol];
  return encode({ type: 'contract_read_response', reply_for: replyFor, content: content(output) });
}

export function encodeContractOutput(protocol: UserProtocol, output: ContractOutput): Buffer {
  const { hex, integer, content, encode } = dialects[protocol];
  const tree = (node: HashTree | Hex | null): unknown => (Array.isArray(node) ? node.map(tree) : node === null ? null : hex(node));
  return encode({
    type: 'contract_output',
    ledger_seq_no: integer(output.ledgerSeqNo),
    ledger_hash: hex(output.ledgerHash),
    outputs: output.messages.map(content),
    output_hash: hex(output.outputHash),
    hash_tree: tree(output.hashTree),
    unl_sig: output.unlSignatures.map((pair) => pair.map(hex)),
  });
}

export function encodeEvent(protocol: UserProtocol, event: ServerEvent): Buffer {
  const dialect = dialects[protocol];
  if (event.channel === 'unl_change') return dialect.encode({ type: event.channel, unl: event.unl.map(dialect.hex) });
  const head = { type: event.channel, event: event.event };
  if (event.event === 'vote_status') return dialect.encode({ ...head, vote_status: event.voteStatus });
  return dialect.encode({ ...head, ledger: ledgerFields(dialect, event.ledger) });
}

/** `inputs` and `outputs` of a ledger are there only where the query asked for them. */
export function encodeQueryResult(protocol: UserProtocol, replyFor: string, result: readonly LedgerView[] | 'exec_failure'): Buffer {
  const dialect = dialects[protocol];
  const failed = result === 'exec_failure';
  return dialect.encode({
    type: 'ledger_query_result',
    reply_for: replyFor,
    error: failed ? result : null,
    results: failed ? [] : result.map((view) => viewFields(dialect, view)),
  });
}

function ledgerFields({ hex, integer }: Dialect, ledger: Ledger): object {
  return {
    seq_no: integer(ledger.seqNo),
    timestamp: integer(ledger.time),
    hash: hex(ledger.hash),
    prev_hash: hex(ledger.prevHash),
    state_hash: hex(ledger.stateHash),
    config_hash: hex(ledger.configHash),
    user_hash: hex(ledger.userHash),
    input_hash: hex(ledger.inputHash),
    output_hash: hex(ledger.outputHash),
  };
}

function viewFields(dialect: Dialect, { ledger, inputs, outputs }: LedgerView): object {
  const { hex, integer, blob } = dialect;
  return {
    ...ledgerFields(dialect, ledger),
    ...(inputs && { inputs: inputs.map((i) => ({ pubkey: hex(i.pubkey), hash: hex(i.hash), nonce: integer(i.nonce), blob: blob(i.blob) })) }),
    ...(outputs && { outputs: outputs.map((o) => ({ pubkey: hex(o.pubkey), hash: hex(o.hash), blobs: o.blobs.map(blob) })) }),
  };
}
