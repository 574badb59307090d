import { Binary, deserialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, type Hex } from '../../../src/hotpocket/hash';
import { inputHash, type RejectReason, type UserProtocol, type VoteStatus } from '../../../src/hotpocket/inputs';
import { generateKeyPair, verify } from '../../../src/hotpocket/keys';
import type { Ledger } from '../../../src/hotpocket/ledger';
import type { HashTree } from '../../../src/hotpocket/outputs';
import { parseContainer } from '../../../src/hotpocket/protocol/container';
import { encodeChallenge, encodeServerChallengeResponse, parseChallengeResponse, provesKey } from '../../../src/hotpocket/protocol/handshake';
import {
  encodeContractOutput, encodeEvent, encodeInputStatus, encodeLastLedger, encodeQueryResult, encodeReadResponse, encodeStatus,
} from '../../../src/hotpocket/protocol/serverMessages';
import { parseUserMessage } from '../../../src/hotpocket/protocol/userMessages';
import { recordedFrames } from '../../support/recordedFrames';

interface LedgerDoc {
  seq_no: number; timestamp: number; hash: Hex; prev_hash: Hex; state_hash: Hex; config_hash: Hex; user_hash: Hex; input_hash: Hex; output_hash: Hex;
  inputs?: []; outputs?: [];
}
interface Doc {
  type: string; hp_version: string; contract_id: string; contract_version: string; challenge: string; sig: Hex; pubkey: Hex; unl: Hex[];
  ledger_seq_no: number; ledger_hash: Hex; vote_status: VoteStatus; round_time: number; contract_execution_enabled: boolean;
  read_requests_enabled: boolean; is_full_history_node: boolean; weakly_connected: boolean; current_unl: Hex[]; peers: string[];
  status: 'accepted' | 'rejected'; reason: RejectReason; input_hash: Hex; reply_for: string; content: unknown; outputs: unknown[];
  output_hash: Hex; hash_tree: HashTree; unl_sig: [Hex, Hex][]; event: string; ledger: LedgerDoc; error: 'exec_failure' | null; results: LedgerDoc[];
}

/** A BSON document with its binaries as hex, so that one reading serves both protocols. */
function plain(value: unknown): unknown {
  if (value instanceof Binary) return toHex(value.value());
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  return value;
}

const isJson = (bytes: Buffer): boolean => bytes[0] === 0x7b && bytes[1] === 0x22;
const read = (bytes: Buffer): Doc => (isJson(bytes) ? JSON.parse(bytes.toString()) : plain(deserialize(bytes))) as Doc;
const contentOf = (protocol: UserProtocol, value: unknown): Buffer => (protocol === 'json' ? Buffer.from(JSON.stringify(value)) : fromHex(value as Hex));

const ledgerOf = (l: LedgerDoc): Ledger => ({
  seqNo: l.seq_no, time: l.timestamp, hash: l.hash, prevHash: l.prev_hash, dataHash: '', stateHash: l.state_hash, configHash: l.config_hash,
  nonce: '', userHash: l.user_hash, inputHash: l.input_hash, outputHash: l.output_hash,
});

/** The same message once more, by our encoders. */
function encodeAgain(protocol: UserProtocol, m: Doc): Buffer {
  switch (m.type) {
    case 'user_challenge':
      return encodeChallenge({ hpVersion: m.hp_version, contractId: m.contract_id, contractVersion: m.contract_version, challenge: m.challenge });
    case 'stat_response':
      return encodeStatus(protocol, {
        hpVersion: m.hp_version, ledgerSeqNo: m.ledger_seq_no, ledgerHash: m.ledger_hash, voteStatus: m.vote_status, roundTime: m.round_time,
        contractExecutionEnabled: m.contract_execution_enabled, readRequestsEnabled: m.read_requests_enabled,
        isFullHistoryNode: m.is_full_history_node, weaklyConnected: m.weakly_connected, currentUnl: m.current_unl, peers: m.peers,
      });
    case 'lcl_response':
      return encodeLastLedger(protocol, { seqNo: m.ledger_seq_no, hash: m.ledger_hash });
    case 'contract_input_status':
      return encodeInputStatus(protocol, m.status === 'accepted'
        ? { status: m.status, inputHash: m.input_hash, ledgerSeqNo: m.ledger_seq_no, ledgerHash: m.ledger_hash }
        : { status: m.status, inputHash: m.input_hash, reason: m.reason });
    case 'contract_read_response':
      return encodeReadResponse(protocol, m.reply_for, contentOf(protocol, m.content));
    case 'contract_output':
      return encodeContractOutput(protocol, {
        ledgerSeqNo: m.ledger_seq_no, ledgerHash: m.ledger_hash, messages: m.outputs.map((o) => contentOf(protocol, o)),
        outputHash: m.output_hash, hashTree: m.hash_tree, unlSignatures: m.unl_sig,
      });
    case 'ledger_event':
      return encodeEvent(protocol, m.event === 'vote_status'
        ? { channel: 'ledger_event', event: 'vote_status', voteStatus: m.vote_status }
        : { channel: 'ledger_event', event: 'ledger_created', ledger: ledgerOf(m.ledger) });
    case 'ledger_query_result':
      return encodeQueryResult(protocol, m.reply_for, m.error ?? m.results.map((r) => ({
        ledger: ledgerOf(r), ...(r.inputs && { inputs: r.inputs }), ...(r.outputs && { outputs: r.outputs }),
      })));
    default:
      throw new Error(`unexpected ${m.type}`);
  }
}

describe.each(['json', 'bson'] as const)('frames of a real cluster in %s', (protocol) => {
  const all = recordedFrames(protocol);
  const received = all.filter((f) => f.dir === 'recv').map((f) => f.bytes);
  const sent = all.filter((f) => f.dir === 'send').map((f) => f.bytes);
  const challenge = received.map(read).find((m) => m.type === 'user_challenge')!;

  it('are written by our encoders to the byte', () => {
    const again = received.filter((bytes) => read(bytes).type !== 'server_challenge_response');
    expect(new Set(again.map((bytes) => read(bytes).type)).size).toBe(8);
    for (const bytes of again) expect(toHex(encodeAgain(protocol, read(bytes))), read(bytes).type).toBe(toHex(bytes));
  });

  it('prove the keys of both sides as our handshake does', () => {
    const response = parseChallengeResponse(sent.find((bytes) => read(bytes).type === 'user_challenge_response')!)!;
    expect(response.protocol).toBe(protocol);
    expect(provesKey(response, challenge.challenge)).toBe(true);
    expect(provesKey(response, challenge.challenge.toUpperCase())).toBe(false);

    const answer = received.map(read).find((m) => m.type === 'server_challenge_response')!;
    const signed = Buffer.from(response.serverChallenge! + challenge.contract_id + challenge.contract_version);
    expect(verify(signed, answer.sig, answer.pubkey)).toBe(true);

    const keys = generateKeyPair();
    const told = { hpVersion: challenge.hp_version, contractId: challenge.contract_id, contractVersion: challenge.contract_version, challenge: challenge.challenge };
    const ours = JSON.parse(encodeServerChallengeResponse(response.serverChallenge!, told, keys, [...answer.unl].reverse()).toString()) as Doc;
    expect(Object.keys(ours)).toEqual(Object.keys(answer));
    expect(ours.unl).toEqual(answer.unl);
    expect(verify(signed, ours.sig, keys.publicKey)).toBe(true);
  });

  it('are understood by our parser, the container and its signature included', () => {
    const pubkey = read(sent[0]!).pubkey;
    const messages = sent.slice(1).map((bytes) => parseUserMessage(protocol, bytes));
    expect(messages).toContainEqual({ type: 'stat' });
    expect(messages).toContainEqual({ type: 'lcl' });
    expect(messages).toContainEqual({ type: 'subscription', channel: 'unl_change', enabled: true });
    expect(messages).toContainEqual({ type: 'subscription', channel: 'ledger_event', enabled: true });
    // health_event: nothing is answered, in the recording either.
    expect(messages).toContainEqual({ type: 'unanswered', of: 'subscription' });
    expect(messages).toContainEqual(expect.objectContaining({ type: 'contract_read_request', content: Buffer.from('{"type":"stat"}') }));
    expect(messages).toContainEqual(expect.objectContaining({ type: 'ledger_query', query: { seqNo: protocol === 'json' ? 97 : 119, inputs: true, outputs: true } }));

    const input = messages.find((m) => 'type' in m && m.type === 'contract_input');
    if (!input || !('container' in input)) throw new Error('no input in the recording');
    expect(verify(input.container, input.signature, pubkey)).toBe(true);
    expect(parseContainer(protocol, input.container)).toEqual({
      input: Buffer.from('{"type":"set","data":"hello world"}'),
      nonce: protocol === 'json' ? 1795393331573n : 1795393376567n,
      maxLedgerSeqNo: protocol === 'json' ? 101 : 124,
    });
    const accepted = received.map(read).find((m) => m.status === 'accepted')!;
    expect(accepted.input_hash).toBe(inputHash(input.signature));
  });
});
