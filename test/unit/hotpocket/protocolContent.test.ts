import { deserialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { ZERO_HASH } from '../../../src/hotpocket/hash';
import { GENESIS } from '../../../src/hotpocket/ledger';
import { encodeContractOutput, encodeInputStatus, encodeLastLedger, encodeQueryResult, encodeReadResponse } from '../../../src/hotpocket/protocol/serverMessages';

const asJson = (output: Buffer): string => {
  const message = encodeReadResponse('json', 'r', output).toString();
  JSON.parse(message);
  return /^\{"type":"contract_read_response","reply_for":"r","content":(.*)\}$/s.exec(message)?.[1] ?? message;
};

describe('what a contract sent, in JSON', () => {
  it.each(['"x"', '""', '{"a":1}', '{ "a" : [1.0, 12345678901234567890] }', '[1,2]', '[]', 'true', 'false', '7', '0', '1.50', '12345678901234567890'])('stands as it is: %s', (text) => {
    expect(asJson(Buffer.from(text))).toBe(text);
  });

  it.each(['', 'hello', 'null', '-1', '1e3', 'True', ' 7', '7 ', '{"a":1}\n', 'a"b', '"', 'line\nline', '\u0000\u001f', 'é😀'])('becomes a string as with the real engine: %j', (text) => {
    expect(JSON.parse(asJson(Buffer.from(text)))).toBe(text);
    expect(asJson(Buffer.from(text)).startsWith('"')).toBe(true);
  });

  // The real engine puts these in as they stand, and the message is lost.
  it.each(['{oops}', '[1,]', '.', '1.', '.5', '007', '1.2.3', '"a"b"', '{"a":1}{"b":2}', '[}'])('becomes a string where it would spoil the message: %s', (text) => {
    expect(JSON.parse(asJson(Buffer.from(text)))).toBe(text);
  });

  it('may be any bytes', () => {
    const bytes = Buffer.from([0xff, 0x22, 0x5c, 0x00, 0xc3]);
    expect(JSON.parse(asJson(bytes))).toBe(bytes.toString());
    expect(JSON.parse(asJson(Buffer.from([0x22, 0xff, 0x22])))).toBe('\ufffd');
    expect(asJson(Buffer.from('xx{"a":1}xx').subarray(2, 9))).toBe('{"a":1}');
  });

  it('keeps each output of a container apart', () => {
    const message = encodeContractOutput('json', {
      ledgerSeqNo: 5, ledgerHash: ZERO_HASH, outputHash: ZERO_HASH, hashTree: [[null, 'aa'], 'bb'], unlSignatures: [['ed', 'cc']],
      messages: ['"hi"', '{"a":1}', 'raw', '{oops}'].map((text) => Buffer.from(text)),
    }).toString();
    expect(message).toBe(`{"type":"contract_output","ledger_seq_no":5,"ledger_hash":"${ZERO_HASH}","outputs":["hi",{"a":1},"raw","{oops}"],`
      + `"output_hash":"${ZERO_HASH}","hash_tree":[[null,"aa"],"bb"],"unl_sig":[["ed","cc"]]}`);
  });
});

describe('numbers', () => {
  it('are int32 in BSON while they fit, and int64 from there on', () => {
    const kind = (seqNo: number): number | undefined => {
      const message = encodeLastLedger('bson', { seqNo, hash: '' });
      return message[message.indexOf('ledger_seq_no') - 1];
    };
    expect([0, 1, 2 ** 31 - 1].map(kind)).toEqual([0x10, 0x10, 0x10]);
    expect([2 ** 31, 1795393376567].map(kind)).toEqual([0x12, 0x12]);
  });

  it('of 64 bits survive in both protocols', () => {
    const view = [{ ledger: GENESIS, inputs: [{ pubkey: 'ed', hash: 'aa', nonce: 9007199254740993n, blob: Buffer.from('hello') }], outputs: [{ pubkey: 'ed', hash: 'bb', blobs: [Buffer.from('{}')] }] }];
    expect(encodeQueryResult('json', 'q', view).toString()).toContain(
      '"inputs":[{"pubkey":"ed","hash":"aa","nonce":9007199254740993,"blob":"68656c6c6f"}],"outputs":[{"pubkey":"ed","hash":"bb","blobs":["7b7d"]}]}]}',
    );
    const doc = deserialize(encodeQueryResult('bson', 'q', view), { useBigInt64: true }) as { error: null; results: [{ inputs: [{ nonce: bigint }] }] };
    expect(doc.error).toBeNull();
    expect(doc.results[0].inputs[0].nonce).toBe(9007199254740993n);
  });
});

describe('in BSON', () => {
  it('an empty hash is an empty binary, and a failed query has its error', () => {
    const rejected = deserialize(encodeInputStatus('bson', { status: 'rejected', reason: 'bad_msg_format', inputHash: '' }), { promoteBuffers: true });
    expect(rejected).toEqual({ type: 'contract_input_status', status: 'rejected', reason: 'bad_msg_format', input_hash: Buffer.alloc(0) });
    expect(deserialize(encodeQueryResult('bson', 'q', 'exec_failure'))).toEqual({ type: 'ledger_query_result', reply_for: 'q', error: 'exec_failure', results: [] });
  });

  it('outputs may be larger than the library\'s own buffer', () => {
    const output = Buffer.alloc(20 * 1024 * 1024, 7);
    const doc = deserialize(encodeReadResponse('bson', 'r', output), { promoteBuffers: true }) as { content: Buffer };
    expect(doc.content.equals(output)).toBe(true);
  });
});
