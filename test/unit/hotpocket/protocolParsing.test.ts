import { Binary, Double, Int32, Long, serialize } from 'bson';
import { describe, expect, it } from 'vitest';
import { parseContainer } from '../../../src/hotpocket/protocol/container';
import { parseChallengeResponse } from '../../../src/hotpocket/protocol/handshake';
import { integerMember } from '../../../src/hotpocket/protocol/jsonText';
import { parseUserMessage } from '../../../src/hotpocket/protocol/userMessages';
import { mutated, randomGenerator } from '../../support/random';

const SIGNATURE = 'ab'.repeat(64);
const bin = (bytes: Uint8Array, subtype = 0): Binary => new Binary(bytes, subtype);
const json = (value: unknown) => parseUserMessage('json', Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
const bson = (value: object) => parseUserMessage('bson', serialize(value));
const badFormat = { error: 'bad_msg_format' };

describe('a user\'s message', () => {
  it('that is no document, or has no type, is of bad format', () => {
    for (const text of ['', ' ', 'null', '[]', '"stat"', '{', '{"type":"stat"', '{"type":7}', '{"type":null}', '{}', '{"Type":"stat"}', '\u0000', '[{"type":"stat"}]']) {
      expect(json(text), text).toEqual(badFormat);
    }
    expect(parseUserMessage('json', Buffer.from('{"type":"stat","x":"\xff"}', 'latin1'))).toEqual(badFormat);
    expect(parseUserMessage('json', serialize({ type: 'stat' }))).toEqual(badFormat);
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(4), Buffer.from('{"type":"stat"}'), serialize({ type: new Int32(1) }), serialize({}), serialize({ type: 'stat' }).subarray(0, -1)]) {
      expect(parseUserMessage('bson', bytes)).toEqual(badFormat);
    }
    expect(parseUserMessage('bson', Buffer.concat([serialize({ type: 'stat' }), Buffer.alloc(1)]))).toEqual(badFormat);
  });

  it('of a type that does not exist is told so', () => {
    for (const type of ['', 'STAT', 'user_challenge_response', '__proto__', 'constructor']) {
      expect(json({ type })).toEqual({ error: 'invalid_msg_type' });
      expect(bson({ type })).toEqual({ error: 'invalid_msg_type' });
    }
  });

  it('with a prototype of its own making gains nothing', () => {
    expect(json('{"__proto__":{"type":"stat"}}')).toEqual(badFormat);
    expect(bson(JSON.parse('{"__proto__":{"type":"stat"}}') as object)).toEqual(badFormat);
  });

  it('is read in both protocols', () => {
    expect(json({ type: 'contract_input', input_container: 'é{}', sig: SIGNATURE.toUpperCase() }))
      .toEqual({ type: 'contract_input', container: Buffer.from('é{}'), signature: SIGNATURE });
    for (const subtype of [0, 2, 5, 0x80]) {
      expect(bson({ type: 'contract_input', input_container: bin(Buffer.from('x'), subtype), sig: bin(Buffer.from(SIGNATURE, 'hex'), subtype) }))
        .toEqual({ type: 'contract_input', container: Buffer.from('x'), signature: SIGNATURE });
    }
    expect(json({ type: 'contract_read_request', id: '', content: '' })).toEqual({ type: 'contract_read_request', id: '', content: Buffer.alloc(0) });
    expect(bson({ type: 'contract_read_request', id: '7', content: bin(Buffer.from([0, 255])) }))
      .toEqual({ type: 'contract_read_request', id: '7', content: Buffer.from([0, 255]) });
  });

  it('with an input or read request whose fields are wrong is of bad format', () => {
    const container = 'c';
    for (const sig of [undefined, null, 1, '', 'ab', `${SIGNATURE}ab`, SIGNATURE.slice(1), `g${SIGNATURE.slice(1)}`, [SIGNATURE]]) {
      expect(json({ type: 'contract_input', input_container: container, sig }), String(sig)).toEqual(badFormat);
    }
    for (const input_container of [undefined, 1, { input: '' }, ['x']]) expect(json({ type: 'contract_input', input_container, sig: SIGNATURE })).toEqual(badFormat);
    expect(json(`{"type":"contract_input","input_container":"\\ud800","sig":"${SIGNATURE}"}`)).toEqual(badFormat);
    expect(bson({ type: 'contract_input', input_container: 'text', sig: bin(Buffer.alloc(64)) })).toEqual(badFormat);
    expect(bson({ type: 'contract_input', input_container: bin(Buffer.alloc(1)), sig: bin(Buffer.alloc(63)) })).toEqual(badFormat);
    expect(bson({ type: 'contract_input', input_container: bin(Buffer.alloc(1)), sig: SIGNATURE })).toEqual(badFormat);
    expect(json({ type: 'contract_read_request', id: 7, content: 'x' })).toEqual(badFormat);
    expect(json({ type: 'contract_read_request', id: '7' })).toEqual(badFormat);
    expect(bson({ type: 'contract_read_request', id: '7', content: 'x' })).toEqual(badFormat);
  });

  it('that subscribes or queries in a wrong way gets no answer', () => {
    const silentSubscription = { type: 'unanswered', of: 'subscription' };
    for (const rest of [{}, { channel: 'ledger_event' }, { channel: 'ledger_event', enabled: 1 }, { channel: 'health_event', enabled: true }, { channel: 'x', enabled: true }, { enabled: true }]) {
      expect(json({ type: 'subscription', ...rest })).toEqual(silentSubscription);
      expect(bson({ type: 'subscription', ...rest })).toEqual(silentSubscription);
    }
    const good = { type: 'ledger_query', id: 'q', filter_by: 'seq_no', params: { seq_no: 3 }, include: ['outputs', 'what', 7] };
    const understood = { type: 'ledger_query', id: 'q', query: { seqNo: 3, inputs: false, outputs: true } };
    expect(json(good)).toEqual(understood);
    expect(bson(good)).toEqual(understood);
    expect(bson({ ...good, params: { seq_no: Long.fromNumber(3) } })).toEqual(understood);
    for (const change of [{ id: '' }, { id: 1 }, { filter_by: 'hash' }, { params: {} }, { params: { seq_no: -1 } }, { params: { seq_no: 1.5 } }, { params: { seq_no: '3' } }, { params: [3] }, { params: null }, { include: 'inputs' }, { include: null }]) {
      expect(json({ ...good, ...change }), JSON.stringify(change)).toEqual({ type: 'unanswered', of: 'ledger_query' });
      expect(bson({ ...good, ...change }), JSON.stringify(change)).toEqual({ type: 'unanswered', of: 'ledger_query' });
    }
    expect(bson({ ...good, params: { seq_no: new Double(3) } })).toEqual({ type: 'unanswered', of: 'ledger_query' });
  });
});

describe('the container of an input', () => {
  const text = (container: string) => parseContainer('json', Buffer.from(container));

  it('in JSON holds a string and whole numbers', () => {
    expect(text('{"input":"hé","nonce":1,"max_ledger_seq_no":0}')).toEqual({ input: Buffer.from('hé'), nonce: 1n, maxLedgerSeqNo: 0 });
    expect(text(' {"max_ledger_seq_no" :\n 22 , "more":{"nonce":1.5,"x":["nonce",{}]}, "nonce":  9007199254740993,"input":"\\"nonce\\":7\\\\" } '))
      .toEqual({ input: Buffer.from('"nonce":7\\'), nonce: 9007199254740993n, maxLedgerSeqNo: 22 });
    expect(text('{"input":"","nonce":9223372036854775807,"max_ledger_seq_no":9}')?.nonce).toBe(2n ** 63n - 1n);
    expect(text('{"input":"","nonce":3,"n\\u006fnce":4,"max_ledger_seq_no":9}')?.nonce).toBe(4n);
  });

  it.each(['0', '-1', '1.0', '1e3', '1.5', '"1"', 'null', 'true', '[1]', '{"nonce":1}', '9223372036854775808', '99999999999999999999999', ''])('in JSON has no nonce %s', (nonce) => {
    expect(text(`{"input":"x","nonce":${nonce},"max_ledger_seq_no":9}`)).toBeUndefined();
  });

  it('is refused when a field is missing or of another type', () => {
    for (const container of ['', '[]', 'x', '{"nonce":1,"max_ledger_seq_no":9}', '{"input":"x","max_ledger_seq_no":9}', '{"input":"x","nonce":1}', '{"input":7,"nonce":1,"max_ledger_seq_no":9}', '{"input":"\\udc00","nonce":1,"max_ledger_seq_no":9}', '{"input":"x","nonce":1,"max_ledger_seq_no":-1}', '{"input":"x","nonce":1,"max_ledger_seq_no":1.0}']) {
      expect(text(container), container).toBeUndefined();
    }
  });

  it('in BSON holds a binary and int32 or int64, no double', () => {
    const of = (fields: object) => parseContainer('bson', serialize({ input: bin(Buffer.from([0, 1])), nonce: Long.fromString('9007199254740993'), max_ledger_seq_no: new Int32(9), ...fields }));
    expect(of({})).toEqual({ input: Buffer.from([0, 1]), nonce: 9007199254740993n, maxLedgerSeqNo: 9 });
    expect(of({ nonce: new Int32(1) })?.nonce).toBe(1n);
    for (const change of [{ nonce: new Double(5) }, { nonce: 1.5 }, { nonce: 0 }, { nonce: new Int32(-1) }, { nonce: Long.fromNumber(-5) }, { nonce: '5' }, { nonce: undefined }, { max_ledger_seq_no: new Double(5) }, { max_ledger_seq_no: new Int32(-1) }, { input: 'x' }, { input: null }]) {
      expect(of(change), JSON.stringify(change)).toBeUndefined();
    }
  });
});

describe('a challenge response', () => {
  const good = { type: 'user_challenge_response', sig: SIGNATURE, pubkey: `ed${'0'.repeat(64)}`, protocol: 'json' };
  const parse = (value: object) => parseChallengeResponse(Buffer.from(JSON.stringify(value)));

  it('may ask for the server\'s proof or not', () => {
    expect(parse(good)).toEqual({ signature: SIGNATURE, pubkey: good.pubkey, protocol: 'json' });
    expect(parse({ ...good, protocol: 'bson', server_challenge: 'a'.repeat(32), pubkey: good.pubkey.toUpperCase() }))
      .toEqual({ signature: SIGNATURE, pubkey: good.pubkey, protocol: 'bson', serverChallenge: 'a'.repeat(32) });
  });

  it.each([
    { type: 'stat' }, { sig: 'ab' }, { sig: undefined }, { sig: 5 }, { pubkey: `ee${'0'.repeat(64)}` }, { pubkey: 'ed00' }, { pubkey: null },
    { protocol: 'xml' }, { protocol: undefined }, { server_challenge: '' }, { server_challenge: 'a'.repeat(33) }, { server_challenge: null }, { server_challenge: 1 },
  ])('is refused with %j', (change) => {
    expect(parse({ ...good, ...change })).toBeUndefined();
  });
});

describe('hostile bytes', () => {
  it('do not upset a parser, however deeply they nest', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(json(`{"type":"stat","x":${deep}}`)).toEqual({ type: 'stat' });
    expect(integerMember(`{"x":${deep},"nonce":5}`, 'nonce')).toBe(5n);
    expect(parseUserMessage('json', Buffer.from('{"type":'.repeat(100_000)))).toEqual(badFormat);
    const bytes = Buffer.alloc(5 + 7 * 50_000 + 50_000);
    for (let i = 0; i < 50_000; i++) {
      bytes.writeInt32LE(bytes.length - 8 * i, 7 * i);
      bytes.write('\u0003a\u0000', 7 * i + 4, 'latin1');
    }
    bytes.writeInt32LE(5, 7 * 50_000);
    expect(parseUserMessage('bson', bytes)).toEqual(badFormat);
  });

  it('never make a parser throw (20,000 mutated messages)', () => {
    const random = randomGenerator(7);
    const container = JSON.stringify({ input: 'x', nonce: 1, max_ledger_seq_no: 9 });
    const seeds = [
      ...['stat', 'subscription'].map((type) => Buffer.from(JSON.stringify({ type, channel: 'ledger_event', enabled: true }))),
      Buffer.from(JSON.stringify({ type: 'contract_input', input_container: container, sig: SIGNATURE })),
      Buffer.from(container),
      Buffer.from(serialize({ type: 'contract_input', input_container: bin(Buffer.from(container)), sig: bin(Buffer.alloc(64)) })),
      Buffer.from(serialize({ type: 'ledger_query', id: 'q', filter_by: 'seq_no', params: { seq_no: Long.fromNumber(3) }, include: ['inputs'] })),
    ];
    for (let i = 0; i < 20_000; i++) {
      const bytes = mutated(random, seeds[i % seeds.length]!);
      for (const protocol of ['json', 'bson'] as const) {
        parseUserMessage(protocol, bytes);
        parseContainer(protocol, bytes);
      }
      parseChallengeResponse(bytes);
    }
  });
});
