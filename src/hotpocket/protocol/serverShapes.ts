import * as v from 'valibot';
import type { Hex } from '../hash';
import type { RejectReason } from '../inputs';

/** The shapes of a node's messages once keys, hashes and blobs are hex in both protocols (reference 6.5). */

const hex = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})*$/i), v.transform((text): Hex => text.toLowerCase()));
const key = v.pipe(hex, v.length(66));
const hash = v.pipe(hex, v.length(64));
const whole = v.union([v.pipe(v.number(), v.safeInteger(), v.minValue(0)), v.pipe(v.bigint(), v.minValue(0n))]);
const integer = v.pipe(whole, v.transform((value) => Number(value)));
const wide = v.pipe(whole, v.transform((value) => BigInt(value)));
export const blob = v.pipe(hex, v.transform((text) => Buffer.from(text, 'hex')));
const voteStatus = v.picklist(['unknown', 'unreliable', 'desync', 'synced']);

export const status = v.pipe(
  v.object({
    hp_version: v.string(),
    ledger_seq_no: integer,
    ledger_hash: hash,
    vote_status: voteStatus,
    round_time: integer,
    contract_execution_enabled: v.boolean(),
    read_requests_enabled: v.boolean(),
    is_full_history_node: v.boolean(),
    weakly_connected: v.boolean(),
    current_unl: v.array(key),
    peers: v.array(v.string()),
  }),
  v.transform((told) => ({
    hpVersion: told.hp_version,
    ledgerSeqNo: told.ledger_seq_no,
    ledgerHash: told.ledger_hash,
    voteStatus: told.vote_status,
    roundTime: told.round_time,
    contractExecutionEnabled: told.contract_execution_enabled,
    readRequestsEnabled: told.read_requests_enabled,
    isFullHistoryNode: told.is_full_history_node,
    weaklyConnected: told.weakly_connected,
    currentUnl: told.current_unl,
    peers: told.peers,
  })),
);

export const lastLedger = v.pipe(
  v.object({ ledger_seq_no: integer, ledger_hash: hash }),
  v.transform((told) => ({ seqNo: told.ledger_seq_no, hash: told.ledger_hash })),
);

/** A reason that we do not know is still the reason. The hash is empty where no particular input is meant. */
export const inputStatus = v.pipe(
  v.variant('status', [
    v.object({ status: v.literal('accepted'), input_hash: hash, ledger_seq_no: integer, ledger_hash: hash }),
    v.object({ status: v.literal('rejected'), input_hash: hex, reason: v.string() }),
  ]),
  v.transform((told) => (told.status === 'accepted'
    ? { status: told.status, inputHash: told.input_hash, ledgerSeqNo: told.ledger_seq_no, ledgerHash: told.ledger_hash }
    : { status: told.status, inputHash: told.input_hash, reason: told.reason as RejectReason })),
);

export const readResponse = v.pipe(v.object({ reply_for: v.string() }), v.transform((told) => told.reply_for));

export const contractOutput = v.pipe(
  v.object({ ledger_seq_no: integer, ledger_hash: hash, output_hash: hash, unl_sig: v.array(v.tuple([hex, hex])) }),
  v.transform((told) => ({ ledgerSeqNo: told.ledger_seq_no, ledgerHash: told.ledger_hash, outputHash: told.output_hash, unlSignatures: told.unl_sig })),
);

const ledgerEntries = {
  seq_no: integer, timestamp: integer, hash, prev_hash: hash, state_hash: hash, config_hash: hash, user_hash: hash, input_hash: hash, output_hash: hash,
};
const toLedger = (told: v.InferOutput<v.ObjectSchema<typeof ledgerEntries, undefined>>) => ({
  seqNo: told.seq_no, time: told.timestamp, hash: told.hash, prevHash: told.prev_hash, stateHash: told.state_hash, configHash: told.config_hash,
  userHash: told.user_hash, inputHash: told.input_hash, outputHash: told.output_hash,
});

export const ledgerEvent = v.variant('event', [
  v.pipe(v.object({ event: v.literal('ledger_created'), ledger: v.object(ledgerEntries) }), v.transform((told) => ({ type: 'ledger' as const, ledger: toLedger(told.ledger) }))),
  v.pipe(v.object({ event: v.literal('vote_status'), vote_status: voteStatus }), v.transform((told) => ({ type: 'voteStatus' as const, voteStatus: told.vote_status }))),
]);

export const unlChange = v.pipe(v.object({ unl: v.array(key) }), v.transform((told) => told.unl));

const view = v.pipe(
  v.object({
    ...ledgerEntries,
    inputs: v.optional(v.array(v.object({ pubkey: key, hash, nonce: wide, blob }))),
    outputs: v.optional(v.array(v.object({ pubkey: key, hash, blobs: v.array(blob) }))),
  }),
  v.transform(({ inputs, outputs, ...told }) => ({ ledger: toLedger(told), ...(inputs && { inputs }), ...(outputs && { outputs }) })),
);

export const queryResult = v.pipe(
  v.object({ reply_for: v.string(), error: v.nullable(v.string()), results: v.array(view) }),
  v.transform((told) => ({ replyFor: told.reply_for, result: told.error === null ? told.results : ('exec_failure' as const) })),
);
