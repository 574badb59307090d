import { bytesText } from '../../../base/quantities';

/** kind, stream, length; then the content. */
const HEADER_BYTES = 9;
/** Of a message between debugger and inspector; snapshots of the heap are large. */
export const LARGEST_MESSAGE = 1 << 30;

export type Frame =
  | { readonly kind: 'message'; readonly message: unknown }
  /** A connection to the inspector of a run; the side that opens it chooses the stream's number. */
  | { readonly kind: 'open'; readonly stream: number; readonly run: number }
  | { readonly kind: 'data'; readonly stream: number; readonly bytes: Buffer }
  /** Nothing more comes of the stream, in either direction. */
  | { readonly kind: 'close'; readonly stream: number };

const KINDS = ['message', 'open', 'data', 'close'] as const;

export function encode(frame: Frame): Buffer {
  const content = contentOf(frame);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(KINDS.indexOf(frame.kind), 0);
  header.writeUInt32BE(frame.kind === 'message' ? 0 : frame.stream, 1);
  header.writeUInt32BE(content.length, 5);
  return Buffer.concat([header, content]);
}

function contentOf(frame: Frame): Buffer {
  if (frame.kind === 'message') return Buffer.from(JSON.stringify(frame.message));
  if (frame.kind === 'data') return frame.bytes;
  if (frame.kind === 'close') return Buffer.alloc(0);
  const run = Buffer.alloc(4);
  run.writeUInt32BE(frame.run, 0);
  return run;
}

/** Cuts a stream of bytes into frames. Throws when it is none: there is no way back into step. */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): Frame[] {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const frames: Frame[] = [];
    while (bytes.length >= HEADER_BYTES) {
      const length = bytes.readUInt32BE(5);
      if (length > LARGEST_MESSAGE) throw new Error(`A frame claims to be ${bytesText(length)} long.`);
      const end = HEADER_BYTES + length;
      if (bytes.length < end) break;
      frames.push(decode(bytes, end));
      bytes = bytes.subarray(end);
    }
    this.rest = bytes;
    return frames;
  }
}

function decode(bytes: Buffer, end: number): Frame {
  const kind = KINDS[bytes.readUInt8(0)];
  if (kind === undefined) throw new Error(`A frame has the unknown kind ${bytes.readUInt8(0)}.`);
  const stream = bytes.readUInt32BE(1);
  const content = bytes.subarray(HEADER_BYTES, end);
  switch (kind) {
    case 'message': return { kind, message: JSON.parse(content.toString()) as unknown };
    case 'open': return { kind, stream, run: content.readUInt32BE(0) };
    case 'data': return { kind, stream, bytes: content };
    case 'close': return { kind, stream };
  }
}
