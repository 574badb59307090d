import { describe, expect, it } from 'vitest';
import { visible } from '../../../../src/extension/client/ansi';
import { prettyJson } from '../../../../src/extension/client/prettyJson';
import { rejectionWords } from '../../../../src/extension/client/rejections';
import { shownContent } from '../../../../src/extension/client/shownContent';
import { Transcript } from '../../../../src/extension/client/transcript';
import type { RejectReason } from '../../../../src/hotpocket/inputs';
import { l10n } from '../support';

const plain = (text: string | undefined): string | undefined => text?.replace(/\p{Cc}\[\d+m/gu, '');
const HASH = 'abcdef01'.repeat(8);

describe('JSON from a contract', () => {
  it('is put in order, its numbers and strings as they were written', () => {
    expect(plain(prettyJson('{"type":"dataResult","data":"success"}'))).toBe('{ "type": "dataResult", "data": "success" }');
    expect(plain(prettyJson('{"a":1.0,"b":1234567890123,"c":"\\u00e4 {,:}","d":[ ],"e":{}}'))).toBe('{ "a": 1.0, "b": 1234567890123, "c": "\\u00e4 {,:}", "d": [], "e": {} }');
    expect(plain(prettyJson('[1,[true,null],"\\"x\\""]'))).toBe('[1, [true, null], "\\"x\\""]');
  });

  it('is indented when it is longer', () => {
    const value = { name: 'x'.repeat(40), list: [1, { deep: true }], none: {}, text: 'y'.repeat(20) };
    expect(plain(prettyJson(JSON.stringify(value)))).toBe(JSON.stringify(value, null, 2));
  });

  it('is left alone when it is too long, or none', () => {
    for (const text of ['hello', '"text"', '12', '{oops}', '', JSON.stringify(Array.from({ length: 100 }, (_, i) => i)), `["${'x'.repeat(5000)}"]`]) expect(prettyJson(text)).toBeUndefined();
  });

  it('is coloured by the colours of the theme', () => {
    expect(prettyJson('{"a":"b","c":1}')).toBe('{ \u001b[36m"a"\u001b[39m: \u001b[32m"b"\u001b[39m, \u001b[36m"c"\u001b[39m: \u001b[33m1\u001b[39m }');
  });
});

describe('what a contract sent', () => {
  it('is shown as text or by its bytes, and steers nothing', () => {
    expect(shownContent(Buffer.from('grüezi\n日本'), l10n)).toBe('grüezi\n日本');
    expect(plain(shownContent(Buffer.from([0xff, 0, 0x10]), l10n))).toBe('3 bytes: ff 00 10');
    expect(plain(shownContent(Buffer.alloc(100, 0xff), l10n))).toMatch(/^100 bytes: (ff ){64}…$/);
    expect(plain(shownContent(Buffer.alloc(0), l10n))).toBe('(empty)');
    expect(shownContent(Buffer.from('a\u001b]52;c;x\u0007\rb\u202e'), l10n)).toBe('a\\u{1b}]52;c;x\\u{7}\nb\\u{202e}');
    expect(plain(shownContent(Buffer.from('x'.repeat(5000)), l10n))).toBe(`${'x'.repeat(4000)}… and 1000 more characters`);
    expect(visible('\u009b31m')).toBe('\\u{9b}31m');
  });
});

describe('the console says', () => {
  const say = new Transcript(l10n);

  it('what became of an input, in words', () => {
    expect(plain(say.outcome(3, { status: 'accepted', inputHash: HASH, ledgerSeqNo: 260, ledgerHash: HASH }))).toBe('[3] accepted in ledger 260-abcdef01');
    expect(plain(say.outcome(3, { status: 'rejected', inputHash: HASH, reason: 'max_ledger_expired' }))).toBe('[3] rejected: the last ledger that it might go into has passed (max_ledger_expired)');
    expect(plain(say.outcome(3, { status: 'failed', inputHash: HASH, reason: 'disconnected' }))).toBe('[3] unknown: the connection ended before the node said what became of it');
    expect(plain(say.outcome(3, { status: 'failed', inputHash: HASH, reason: 'not_answered' }))).toBe('[3] unknown: its last ledger has passed, and the node said nothing');
    const reasons: RejectReason[] = ['bad_msg_format', 'invalid_msg_type', 'bad_sig', 'already_submitted', 'nonce_expired', 'max_ledger_expired', 'max_ledger_offset_exceeded', 'round_inputs_overflow'];
    expect(new Set(reasons.map((reason) => rejectionWords(reason, l10n))).size).toBe(reasons.length);
    expect(plain(say.outcome(1, { status: 'rejected', inputHash: HASH, reason: 'new\u001b[2J' as RejectReason }))).toBe('[1] rejected: the node gives a reason of its own (new\\u{1b}[2J)');
  });

  it('what came, and whether it is proved', () => {
    const output = (texts: string[], proof: Parameters<Transcript['output']>[0]['proof']): string | undefined =>
      plain(say.output({ ledgerSeqNo: 261, ledgerHash: HASH, messages: texts.map((text) => Buffer.from(text)), proof }));
    expect(output(['{"a":1}'], { kind: 'verified', signed: 3, of: 3 })).toBe('output ledger 261, signed by 3 of 3 nodes { "a": 1 }');
    expect(output(['one', 'two'], { kind: 'unsigned' })).toBe('output ledger 261, signatures not checked\none\ntwo');
    expect(output(['two\nlines'], { kind: 'too_few_signatures', signed: 1, of: 3 })).toBe('output ledger 261, not verified: signed by 1 of 3 nodes only\ntwo\nlines');
    expect(output([], { kind: 'wrong_hash' })).toBe('output ledger 261, not verified: its hash is another');
    expect(plain(say.response(2, Buffer.from('{"a":1}')))).toBe('[2] answer { "a": 1 }');
  });

  it('how to use it', () => {
    const help = plain(say.help()) ?? '';
    for (const command of ['/send', '/status', '/ledger', '/key', '/protocol', '/reconnect', '/clear', '/quit', '/read', '?text']) expect(help).toContain(command);
    expect(plain(say.unknownCommand('x\u001b[2J'))).toContain('/x\\u{1b}[2J');
  });
});
