import fc, { type Arbitrary } from 'fast-check';

/** A fault in a message of bytes. Places are fractions of its length, so that a fault fits every message. */
type Fault =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'set'; readonly at: number; readonly to: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'drop' | 'double'; readonly at: number; readonly length: number }
  | { readonly kind: 'put'; readonly at: number; readonly bytes: Uint8Array }
  /** A number of four bytes, as lengths are, in either order. */
  | { readonly kind: 'length'; readonly at: number; readonly value: number; readonly little: boolean }
  /** The rest comes from another message. */
  | { readonly kind: 'splice'; readonly at: number; readonly other: number; readonly from: number };

const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const length = fc.integer({ min: 1, max: 64 });
/** What lengths lie with: too small, too large, negative, at the edges. */
const LIES = [0, 1, 4, 5, 0x7f, 0xff, 0xffff, 0x0100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff];
/** What parsers of text and of documents stumble over. */
const MORSELS = ['\0', '"', '\\', '{', '[', ']', '}', ':', ',', '\n', '\r\n\r\n', '[[[[[[[[', '{"a":', '__proto__', '1e999', '-0', '\ud800', '\\ud800', '﻿', 'NaN', '\x80', '\xff', ' '.repeat(64)].map((text) => Buffer.from(text, 'latin1'));

const fault: Arbitrary<Fault> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat(7) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), at, to: fc.nat(255) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('drop' as const, 'double' as const), at, length }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('put' as const), at, bytes: fc.oneof(fc.constantFrom(...MORSELS), fc.uint8Array({ maxLength: 16 })) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('length' as const), at, value: fc.constantFrom(...LIES), little: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('splice' as const), at, other: fc.nat(1000), from: at }) },
);

function apply(bytes: Buffer, { at: fraction, ...f }: Fault, corpus: readonly Buffer[]): Buffer {
  const place = Math.floor(fraction * bytes.length);
  switch (f.kind) {
    case 'flip': return replaced(bytes, place, Buffer.of((bytes[place] ?? 0) ^ (1 << f.bit)));
    case 'set': return replaced(bytes, place, Buffer.of(f.to));
    case 'cut': return bytes.subarray(0, place);
    case 'drop': return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + f.length)]);
    case 'double': return Buffer.concat([bytes.subarray(0, place + f.length), bytes.subarray(place)]);
    case 'put': return Buffer.concat([bytes.subarray(0, place), f.bytes, bytes.subarray(place)]);
    case 'length': {
      const number = Buffer.alloc(4);
      if (f.little) number.writeUInt32LE(f.value);
      else number.writeUInt32BE(f.value);
      return replaced(bytes, place, number);
    }
    case 'splice': {
      const other = corpus[f.other % corpus.length] ?? bytes;
      return Buffer.concat([bytes.subarray(0, place), other.subarray(Math.floor(f.from * other.length))]);
    }
  }
}

const replaced = (bytes: Buffer, place: number, by: Buffer): Buffer => Buffer.concat([bytes.subarray(0, place), by, bytes.subarray(place + by.length)]);

/** Messages of a corpus with a few faults in their bytes, some as they are, and now and then nothing but noise. */
export function hostileBytes(corpus: readonly Uint8Array[]): Arbitrary<Buffer> {
  const buffers = corpus.map((bytes) => Buffer.from(bytes));
  const faulty = fc.record({ base: fc.nat(buffers.length - 1), faults: fc.array(fault, { maxLength: 4 }) })
    .map(({ base, faults }) => faults.reduce<Buffer>((bytes, one) => apply(bytes, one, buffers), buffers[base] ?? Buffer.alloc(0)));
  return fc.oneof({ weight: 19, arbitrary: faulty }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 256 }).map((bytes) => Buffer.from(bytes)) });
}
