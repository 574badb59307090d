import { Binary, deserialize } from 'bson';
import * as v from 'valibot';
import { toHex, type Hex } from '../hash';
import type { UserProtocol, VoteStatus } from '../inputs';
import type { HashTree } from '../outputs';
import { jsonContent, jsonContents, type ReceivedContent } from './contents';
import { memberText } from './jsonText';
import type { ReceivedOutput } from './outputProof';
import { blob, contractOutput, inputStatus, lastLedger, ledgerEvent, queryResult, readResponse, status, unlChange } from './serverShapes';
import type { InputStatus, NodeStatus, PublishedLedger, PublishedView } from './types';

/** What a node says to its user (reference 6.5); who writes it is in serverMessages.ts. */
export type ServerMessage =
  | { readonly type: 'status'; readonly status: NodeStatus }
  | { readonly type: 'lastLedger'; readonly seqNo: number; readonly hash: Hex }
  | { readonly type: 'inputStatus'; readonly status: InputStatus }
  | { readonly type: 'readResponse'; readonly replyFor: string; readonly content: Buffer }
  | { readonly type: 'output'; readonly output: ReceivedOutput }
  | { readonly type: 'ledger'; readonly ledger: PublishedLedger }
  | { readonly type: 'voteStatus'; readonly voteStatus: VoteStatus }
  | { readonly type: 'unl'; readonly unl: readonly Hex[] }
  | { readonly type: 'queryResult'; readonly replyFor: string; readonly result: readonly PublishedView[] | 'exec_failure' }
  /** Of a newer node, or of a channel that no stock build has. */
  | { readonly type: 'unknown' };

/** Undefined for what is not a message of the protocol. Never throws, whatever the bytes are. */
export function parseServerMessage(protocol: UserProtocol, bytes: Uint8Array): ServerMessage | undefined {
  try {
    return readMessage(readDocument(protocol, bytes));
  } catch {
    return undefined;
  }
}

/** A message in one form for both protocols: keys, hashes and blobs as hex. What contracts sent live is read by `contents`. */
interface Document {
  readonly members: Record<string, unknown>;
  content(name: string): ReceivedContent;
  contents(name: string): readonly ReceivedContent[];
}

function readDocument(protocol: UserProtocol, document: Uint8Array): Document {
  if (protocol === 'bson') {
    const members = plain(deserialize(document, { useBigInt64: true, bsonRegExp: true })) as Record<string, unknown>;
    return {
      members,
      content: (name) => ({ bytes: v.parse(blob, members[name]) }),
      contents: (name) => v.parse(v.array(blob), members[name]).map((bytes) => ({ bytes })),
    };
  }
  const json = Buffer.from(document.buffer, document.byteOffset, document.byteLength).toString();
  const written = (name: string): string => v.parse(v.string(), memberText(json, name));
  return {
    members: v.parse(v.record(v.string(), v.unknown()), JSON.parse(json)),
    content: (name) => jsonContent(written(name)),
    contents: (name) => jsonContents(written(name)),
  };
}

function plain(value: unknown): unknown {
  if (value instanceof Binary) return toHex(value.value());
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
  return value;
}

function readMessage(document: Document): ServerMessage {
  const { members } = document;
  switch (members.type) {
    case 'stat_response':
      return { type: 'status', status: v.parse(status, members) };
    case 'lcl_response':
      return { type: 'lastLedger', ...v.parse(lastLedger, members) };
    case 'contract_input_status':
      return { type: 'inputStatus', status: v.parse(inputStatus, members) };
    case 'contract_read_response':
      return { type: 'readResponse', replyFor: v.parse(readResponse, members), content: document.content('content').bytes };
    case 'contract_output':
      return { type: 'output', output: { ...v.parse(contractOutput, members), contents: document.contents('outputs'), hashTree: hashTree(members.hash_tree) } };
    case 'ledger_event':
      return v.parse(ledgerEvent, members);
    case 'unl_change':
      return { type: 'unl', unl: v.parse(unlChange, members) };
    case 'ledger_query_result':
      return { type: 'queryResult', ...v.parse(queryResult, members) };
    default:
      v.parse(v.string(), members.type);
      return { type: 'unknown' };
  }
}

/** Sixteen branches each: nobody has more users than fit into eight levels, and no stack is exhausted by them. */
const MAX_LEVELS = 8;
const HASH = /^[0-9a-f]{64}$/;

function hashTree(value: unknown, level = 0): HashTree {
  if (!Array.isArray(value) || level > MAX_LEVELS) throw new TypeError('not a hash tree');
  return value.map((node: unknown) => {
    if (node === null || (typeof node === 'string' && HASH.test(node))) return node;
    return hashTree(node, level + 1);
  });
}
