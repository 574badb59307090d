import { describe, expect, it } from 'vitest';
import { encode, FrameReader, type Frame } from '../../../../src/cluster/docker/debug/frames';

const FRAMES: readonly Frame[] = [
  { kind: 'message', message: { type: 'waiting', path: '/Mein Vertrag ü/日本' } },
  { kind: 'open', stream: 1, run: 0xffff_ffff },
  { kind: 'data', stream: 0xffff_ffff, bytes: Buffer.from([0, 0xff, 0x0a]) },
  { kind: 'data', stream: 2, bytes: Buffer.alloc(0) },
  { kind: 'close', stream: 3 },
];
const WIRE = Buffer.concat(FRAMES.map(encode));

/** All that a reader makes of the bytes, given in pieces that end at these places. */
function read(bytes: Buffer, ...places: readonly number[]): Frame[] {
  const reader = new FrameReader();
  return [0, ...places].flatMap((from, i) => reader.push(bytes.subarray(from, places[i] ?? bytes.length)));
}

describe('frames between engine and agent', () => {
  it('are the same on the other side, wherever they are cut', () => {
    expect(read(WIRE)).toEqual(FRAMES);
    for (let place = 1; place < WIRE.length; place++) expect(read(WIRE, place)).toEqual(FRAMES);
    expect(read(WIRE, ...Array.from(WIRE.keys()))).toEqual(FRAMES);
  });

  it('are told as soon as they are whole', () => {
    const reader = new FrameReader();
    const [first, second] = FRAMES.map(encode) as [Buffer, Buffer];
    expect(reader.push(Buffer.concat([first, second.subarray(0, 9)]))).toEqual([FRAMES[0]]);
    expect(reader.push(second.subarray(9, 12))).toEqual([]);
    expect(reader.push(second.subarray(12))).toEqual([FRAMES[1]]);
  });

  const header = (kind: number, length: number): Buffer => {
    const bytes = Buffer.alloc(9);
    bytes.writeUInt8(kind, 0);
    bytes.writeUInt32BE(length, 5);
    return bytes;
  };
  it.each<[string, Buffer]>([
    ['of an unknown kind', header(4, 0)],
    ['with a message that is no JSON', Buffer.concat([header(0, 1), Buffer.from('{')])],
    ['that opens a stream to no run', header(1, 0)],
    ['longer than anything that is sent', header(2, 0x4000_0001)],
    ['that are text', Buffer.from('Warning: something else speaks here\n')],
  ])('%s are refused', (_what, bytes) => {
    expect(() => read(bytes)).toThrow();
    expect(() => read(Buffer.concat([WIRE, bytes]))).toThrow();
  });
});
