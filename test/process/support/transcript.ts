import { Binary, deserialize, Double, Int32, Long } from 'bson';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** One frame on a user's connection, as the client library sent or received it. */
export interface Frame {
  readonly sent: boolean;
  readonly bytes: Buffer;
}

// The very module that the client library uses.
const require = createRequire(createRequire(import.meta.url).resolve('hotpocket-js-client'));
interface Socket { send(data: string | Buffer): void; emit(event: string, ...args: unknown[]): boolean; readonly url: string }
const { prototype } = require('ws') as { prototype: Socket };

/** Records all frames of connections to `url` that are opened from now on. The library is not changed, only its sockets are listened to. */
export function recordFrames(url: string): { readonly frames: Frame[]; readonly stop: () => void } {
  const frames: Frame[] = [];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its socket
  const { send, emit } = prototype;
  const isOurs = (socket: Socket): boolean => socket.url.replace(/\/$/, '') === url;
  prototype.send = function (this: Socket, data) {
    if (isOurs(this)) frames.push({ sent: true, bytes: Buffer.from(data) });
    send.call(this, data);
  };
  prototype.emit = function (this: Socket, event, ...args) {
    if (event === 'message' && isOurs(this)) frames.push({ sent: false, bytes: Buffer.from(args[0] as Buffer) });
    return emit.call(this, event, ...args);
  };
  return {
    frames,
    stop: () => Object.assign(prototype, { send, emit }),
  };
}

/** Fields whose values are words of the protocol. */
const WORDS = new Set(['type', 'status', 'reason', 'event', 'channel', 'filter_by', 'include', 'protocol', 'vote_status', 'error']);

/** Names, order and types of a frame's fields, with the words of the protocol. Equal neighbours in a list count as one. */
export function shapeOf({ sent, bytes }: Frame): string {
  const isJson = bytes[0] === 0x7b && bytes.at(-1) === 0x7d;
  const message: unknown = isJson ? JSON.parse(bytes.toString()) : deserialize(bytes, { promoteValues: false, promoteBuffers: false, promoteLongs: false });
  return `${sent ? '>' : '<'} ${isJson ? 'json' : 'bson'} ${valueShape(message)}`;
}

function valueShape(value: unknown, key = ''): string {
  if (typeof value === 'string') return WORDS.has(key) ? JSON.stringify(value) : stringShape(value);
  if (value === null) return 'null';
  if (value instanceof Binary) return bytesShape('binary', value.length());
  if (value instanceof Int32) return 'int32';
  if (value instanceof Long || typeof value === 'bigint') return 'int64';
  if (value instanceof Double) return 'double';
  if (Array.isArray(value)) {
    const shapes = value.map((item) => valueShape(item, key));
    return `[${shapes.filter((shape, i) => shape !== shapes[i - 1]).join(', ')}]`;
  }
  if (typeof value === 'object') return `{${Object.entries(value).map(([name, field]) => `${name}: ${valueShape(field, name)}`).join(', ')}}`;
  return typeof value;
}

const stringShape = (text: string): string => (/^([0-9a-f]{2}){16,}$/.test(text) ? bytesShape('hex', text.length / 2) : 'string');
/** Keys, hashes and signatures are told by their length. */
const bytesShape = (kind: string, size: number): string => ([16, 32, 33, 64].includes(size) ? `${kind}(${size})` : kind);

/** A recording of a real cluster: one shape a line. */
export const recorded = (name: string): string[] => readFileSync(join(import.meta.dirname, '../recorded', name), 'utf8').trim().split('\n').filter((line) => !line.startsWith('#'));
