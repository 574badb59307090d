import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { blake3Hex, fromHex, toHex, type Hex } from '../../../src/hotpocket/hash';
import { inputHash, type UserProtocol } from '../../../src/hotpocket/inputs';
import { generateKeyPair, sign } from '../../../src/hotpocket/keys';
import { hashTreeFor, outputRoot, treeRoot, userOutputHash, type HashTree, type UserOutput } from '../../../src/hotpocket/outputs';
import { encodeChallengeResponse, parseChallenge, parseServerChallengeResponse, provesNode } from '../../../src/hotpocket/protocol/clientHandshake';
import { parseContainer } from '../../../src/hotpocket/protocol/container';
import { exactMessages, jsonContents } from '../../../src/hotpocket/protocol/contents';
import {
  encodeInput, encodeLastLedgerRequest, encodeLedgerQuery, encodeReadRequest, encodeStatusRequest, encodeSubscription,
} from '../../../src/hotpocket/protocol/encodeUserMessages';
import { parseChallengeResponse, provesKey } from '../../../src/hotpocket/protocol/handshake';
import { checkOutput, type OutputProof, type ReceivedOutput } from '../../../src/hotpocket/protocol/outputProof';
import { parseServerMessage, type ServerMessage } from '../../../src/hotpocket/protocol/parseServerMessages';
import { encodeContractOutput } from '../../../src/hotpocket/protocol/serverMessages';
import type { ContractOutput } from '../../../src/hotpocket/protocol/types';
import { parseUserMessage } from '../../../src/hotpocket/protocol/userMessages';
import { mutated, randomGenerator } from '../../support/random';

function recorded(protocol: UserProtocol, dir: 'send' | 'recv'): Buffer[] {
  const lines = readFileSync(join(import.meta.dirname, 'recorded', `user-${protocol}.jsonl`), 'utf8').trim().split('\n');
  return lines
    .map((line) => JSON.parse(line) as { dir: string; text?: string; hex?: string })
    .filter((frame) => frame.dir === dir)
    .map(({ text, hex }) => (text === undefined ? fromHex(hex ?? '') : Buffer.from(text)));
}

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

describe.each(['json', 'bson'] as const)('what a real cluster said in %s', (protocol) => {
  const frames = recorded(protocol, 'recv');
  const challenge = frames.map(parseChallenge).find((told) => told)!;
  const proof = frames.map(parseServerChallengeResponse).find((told) => told)!;
  const messages = frames.slice(2).map((bytes) => parseServerMessage(protocol, bytes));
  const all = <T extends ServerMessage['type']>(type: T): Of<T>[] => messages.filter((message): message is Of<T> => message?.type === type);
  const user = parseChallengeResponse(recorded(protocol, 'send')[0]!)!;

  it('is understood in every message', () => {
    expect(messages).not.toContain(undefined);
    expect(new Set(messages.map((message) => message?.type))).toEqual(new Set(['status', 'lastLedger', 'readResponse', 'ledger', 'inputStatus', 'output', 'queryResult', 'voteStatus']));
    expect(all('status')[0]?.status).toMatchObject({ hpVersion: '0.6.4', voteStatus: 'synced', roundTime: 2000, contractExecutionEnabled: true });
    expect(all('status')[0]?.status.currentUnl).toEqual(proof.unl);
    expect(all('ledger')[0]?.ledger.prevHash).toMatch(/^[0-9a-f]{64}$/);
    expect(all('readResponse')[0]?.content.toString()).toBe('{"type":"statResult","data":"Contract is online"}');
    const fates = new Set(all('inputStatus').map(({ status }) => (status.status === 'rejected' ? status.reason : status.status)));
    expect([...fates].sort()).toEqual(protocol === 'json' ? ['accepted', 'max_ledger_expired', 'max_ledger_offset_exceeded', 'nonce_expired'] : ['accepted']);
    expect(all('queryResult').map(({ result }) => typeof result)).toContain('object');
    expect(all('voteStatus')).toContainEqual({ type: 'voteStatus', voteStatus: 'unreliable' });
  });

  it('proves the node', () => {
    expect(provesNode(proof, user.serverChallenge!, challenge)).toBe(true);
    expect(provesNode(proof, user.serverChallenge!, { ...challenge, contractVersion: '1.1' })).toBe(false);
  });

  it('proves the outputs, to the byte as the contract sent them', () => {
    const outputs = all('output').map(({ output }) => checkOutput(user.pubkey, output, proof.unl));
    expect(outputs[0]?.messages.map(String)).toEqual(['{"type":"dataResult","data":"success"}']);
    for (const { proof: { kind } } of outputs) expect(kind).toBe('verified');
    expect(all('output').map(({ output }) => checkOutput(user.pubkey, output, []).proof)).toContainEqual({ kind: 'unsigned' });
    expect(checkOutput(proof.publicKey, all('output')[0]!.output, proof.unl).proof).toEqual({ kind: 'wrong_hash' });
  });

  it('may be anything else without harm', () => {
    const random = randomGenerator(5);
    for (const frame of frames) {
      for (let i = 0; i < 150; i++) {
        const bytes = mutated(random, frame);
        const message = parseServerMessage(protocol, bytes);
        if (message?.type === 'output') checkOutput(user.pubkey, message.output, proof.unl);
        parseChallenge(bytes);
        parseServerChallengeResponse(bytes);
      }
    }
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(parseServerMessage('json', Buffer.from(`{"type":"contract_output","ledger_seq_no":1,"ledger_hash":"${'0'.repeat(64)}","outputs":[],"output_hash":"${'0'.repeat(64)}","hash_tree":${deep},"unl_sig":[]}`))).toBeUndefined();
    expect(parseServerMessage('bson', serialize({ type: 'contract_read_response', reply_for: '1', content: 'text' }))).toBeUndefined();
    expect(parseServerMessage('json', Buffer.from('{"type":"contract_read_response","reply_for":"1"}'))).toBeUndefined();
    expect(parseServerMessage('json', Buffer.from('[]'))).toBeUndefined();
    expect(parseServerMessage('json', Buffer.from('{"type":"health_event","event":"proposal"}'))).toEqual({ type: 'unknown' });
  });
});

describe.each(['json', 'bson'] as const)('what a user says in %s', (protocol) => {
  const keys = generateKeyPair();

  it('is understood by nodes', () => {
    const parse = (bytes: Buffer): unknown => parseUserMessage(protocol, bytes);
    expect(parse(encodeStatusRequest(protocol))).toEqual({ type: 'stat' });
    expect(parse(encodeLastLedgerRequest(protocol))).toEqual({ type: 'lcl' });
    expect(parse(encodeSubscription(protocol, 'unl_change', false))).toEqual({ type: 'subscription', channel: 'unl_change', enabled: false });
    expect(parse(encodeReadRequest(protocol, 'id', Buffer.from('"wörd"'))!)).toEqual({ type: 'contract_read_request', id: 'id', content: Buffer.from('"wörd"') });
    const query = { seqNo: 5_000_000_000, inputs: true, outputs: false };
    expect(parse(encodeLedgerQuery(protocol, 'q', query))).toEqual({ type: 'ledger_query', id: 'q', query });
  });

  it('signs inputs that nodes can read', () => {
    const container = { input: Buffer.from('{"a":"ü"}'), nonce: 2n ** 53n + 1n, maxLedgerSeqNo: 12 };
    const { message, signature } = encodeInput(protocol, container, keys.privateKey)!;
    const parsed = parseUserMessage(protocol, message) as { container: Buffer; signature: Hex };
    expect(parseContainer(protocol, parsed.container)).toEqual(container);
    expect(parsed.signature).toBe(signature);
    expect(sign(parsed.container, keys.privateKey)).toBe(signature);
    expect(inputHash(signature)).toHaveLength(64);
  });

  it('is text in JSON, and any bytes in BSON', () => {
    const bytes = Buffer.from([0xff, 0]);
    expect(encodeReadRequest(protocol, 'id', bytes) !== undefined).toBe(protocol === 'bson');
    expect(encodeInput(protocol, { input: bytes, nonce: 1n, maxLedgerSeqNo: 1 }, keys.privateKey) !== undefined).toBe(protocol === 'bson');
  });

  it('proves its key', () => {
    const told = { hpVersion: '0.6.4', contractId: 'a', contractVersion: '1', challenge: 'ab'.repeat(16) };
    const response = parseChallengeResponse(encodeChallengeResponse(told, keys, protocol, 'prove it'))!;
    expect(provesKey(response, told.challenge)).toBe(true);
    expect(response).toMatchObject({ pubkey: keys.publicKey, protocol, serverChallenge: 'prove it' });
  });
});

describe('an output', () => {
  const STATE = blake3Hex(Buffer.from('state'));
  const unl = Array.from({ length: 5 }, () => generateKeyPair());
  const trusted = unl.map(({ publicKey }) => publicKey);
  const [me, ...others] = Array.from({ length: 40 }, () => generateKeyPair().publicKey);

  function send(protocol: UserProtocol, messages: readonly Buffer[], change: Partial<ContractOutput> = {}, signers = unl): OutputProof & { messages: string[] } {
    const own: UserOutput = { pubkey: me!, messages };
    const outputs = [own, ...others.map((pubkey) => ({ pubkey, messages: [Buffer.from('else')] }))];
    const root = fromHex(outputRoot(outputs, STATE));
    const outputHash = userOutputHash(own);
    const output: ContractOutput = {
      ledgerSeqNo: 7, ledgerHash: STATE, messages, outputHash, hashTree: hashTreeFor(outputs, STATE, outputHash),
      unlSignatures: signers.map(({ publicKey, privateKey }) => [publicKey, sign(root, privateKey)] as const), ...change,
    };
    const message = parseServerMessage(protocol, encodeContractOutput(protocol, output)) as { output: ReceivedOutput };
    const checked = checkOutput(me!, message.output, trusted);
    return { ...checked.proof, messages: checked.messages.map(toHex) };
  }

  it.each(['json', 'bson'] as const)('in %s is verified, whatever mixture of texts it is', (protocol) => {
    for (const texts of [[], ['plain'], ['"quoted"'], ['{"a": 1.0}'], ['plain', '"quoted"', '[1, 2]', 'true', '7', 'null', '', '"x', '{oops}', 'ü"\\\n']]) {
      const messages = texts.map((text) => Buffer.from(text));
      expect(send(protocol, messages), texts.join()).toEqual({ kind: 'verified', signed: 5, of: 5, messages: messages.map(toHex) });
    }
  });

  it('of many texts of one kind is verified in JSON as well', () => {
    for (const text of ['plain', '"quoted"']) expect(send('json', Array.from({ length: 40 }, () => Buffer.from(text))).kind).toBe('verified');
  });

  it('of any bytes is verified in BSON, and only in BSON', () => {
    expect(send('bson', [Buffer.from([0xff, 0, 0x22])]).kind).toBe('verified');
    expect(send('json', [Buffer.from([0xff, 0, 0x22])]).kind).toBe('wrong_hash');
  });

  it('needs the signatures of four fifths of the trusted keys', () => {
    const messages = [Buffer.from('x')];
    expect(send('bson', messages, {}, unl.slice(1))).toMatchObject({ kind: 'verified', signed: 4, of: 5 });
    expect(send('bson', messages, {}, unl.slice(2))).toMatchObject({ kind: 'too_few_signatures', signed: 3, of: 5 });
    const twice = sign(Buffer.from('another root'), unl[0]!.privateKey);
    expect(send('bson', messages, { unlSignatures: trusted.map((key) => [key, twice] as const) })).toMatchObject({ kind: 'too_few_signatures', signed: 0 });
  });

  it('is refused when something was changed', () => {
    const messages = [Buffer.from('x')];
    expect(send('json', messages, { messages: [Buffer.from('y')] }).kind).toBe('wrong_hash');
    expect(send('json', messages, { hashTree: [STATE, STATE] }).kind).toBe('wrong_tree');
    expect(send('json', messages, { hashTree: [null, [null, STATE]] }).kind).toBe('wrong_tree');
    expect(send('json', messages, { hashTree: [null, STATE] }).kind).toBe('too_few_signatures');
  });

  it('knows a tree of any size by its root', () => {
    for (const count of [1, 2, 15, 16, 17, 40]) {
      const outputs = [me!, ...others].slice(0, count).map((pubkey) => ({ pubkey, messages: [Buffer.from(pubkey)] }));
      for (const output of outputs) {
        const leaf = userOutputHash(output);
        expect(treeRoot(hashTreeFor(outputs, STATE, leaf), leaf)).toBe(outputRoot(outputs, STATE));
      }
    }
    expect(treeRoot([] as HashTree, STATE)).toBeUndefined();
  });

  it('is found among mixtures without looking at too many', () => {
    const strings = jsonContents(JSON.stringify(Array.from({ length: 30 }, () => 'x')));
    expect(exactMessages(me!, STATE, strings)).toBeUndefined();
  });
});
