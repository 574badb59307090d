import { BSON } from 'bson';
import { describe, expect, it } from 'vitest';
import { DocumentSplitter } from '../../../src/node/mesh/framing';
import { decodeMessage, encodeMessage } from '../../../src/node/mesh/messages';

describe('documents in a stream', () => {
  const documents = [{ a: 1 }, { b: 'x'.repeat(5_000) }, {}].map((d) => Buffer.from(BSON.serialize(d)));

  it('are cut out however they arrive', () => {
    const stream = Buffer.concat(documents);
    for (const size of [1, 2, 3, 7, 1_000, stream.length]) {
      const splitter = new DocumentSplitter(10_000);
      const found: Buffer[] = [];
      for (let i = 0; i < stream.length; i += size) found.push(...splitter.push(stream.subarray(i, i + size)));
      expect(found.map((d) => d.toString('hex'))).toEqual(documents.map((d) => d.toString('hex')));
    }
  });

  it('may come byte by byte, which takes neither long nor more memory than they have', () => {
    const large = Buffer.from(BSON.serialize({ a: Buffer.alloc(100_000) }));
    const splitter = new DocumentSplitter(1_000_000);
    for (let i = 0; i < large.length - 1; i++) if (splitter.push(large.subarray(i, i + 1)).length > 0) throw new Error('too early');
    expect(splitter.push(Buffer.concat([large.subarray(-1), documents[0]!]))).toEqual([large, documents[0]]);
  });

  it('are not views of what they came in', () => {
    const [small] = new DocumentSplitter(10_000).push(Buffer.concat(documents));
    expect(small!.buffer.byteLength).toBe(documents[0]!.length);
  });

  it('must have a possible length', () => {
    expect(() => new DocumentSplitter(100).push(Buffer.from([101, 0, 0, 0]))).toThrow();
    expect(() => new DocumentSplitter(100).push(Buffer.from([4, 0, 0, 0]))).toThrow();
  });

  it('are refused when they are no message', () => {
    expect(decodeMessage(Buffer.from(BSON.serialize({ type: 'blockRequest', hash: 'zz' })))).toBeUndefined();
    expect(decodeMessage(Buffer.from(BSON.serialize({ type: 'nothing' })))).toBeUndefined();
    expect(decodeMessage(Buffer.alloc(20))).toBeUndefined();
    expect(decodeMessage(encodeMessage({ type: 'blockRequest', hash: 'ab'.repeat(32) }))).toEqual({ type: 'blockRequest', hash: 'ab'.repeat(32) });
  });
});
