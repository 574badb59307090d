import { canonicalValue } from './canonical';
import { ConfigError } from './configError';
import type { Field, FieldKind, FieldValues } from './field';

/** A value of a wrong type; the text is that of hpcore's JSON library where it was seen (reference 1.4). */
export class TypeProblem extends Error {}

/** Where a value stands, for messages. */
export interface Place {
  /** For example `mesh.peer_discovery.interval`. */
  readonly path: string;
  readonly name: string;
}

/** Turns a JSON value into what the field holds in the program. Throws a TypeProblem, or a ConfigError for a broken rule. */
export function readField(field: Field, json: unknown, place: Place): unknown {
  const value = canonicalValue(field.kind, readers[field.kind](json, field, place));
  const problem = checkBounds(field, value);
  if (problem && field.message !== undefined) throw new ConfigError('rule', [field.message], place.path);
  if (problem) throw new TypeProblem(`'${place.name}' ${problem}`);
  return value;
}

type Readers = { readonly [K in FieldKind]: (json: unknown, field: Field, place: Place) => FieldValues[K] };

const readers: Readers = {
  string: readString,
  choice: readString,
  bool: readBool,
  u16: readInteger,
  u32: readInteger,
  u64: readInteger,
  hex(json, _field, place) {
    const text = readString(json);
    // The message names the field, 'public_key' or 'private_key', as words.
    if (!isHex(text)) throw new ConfigError('rule', [`Error decoding hex ${place.name.replace('_', ' ')}.`], place.path);
    return text;
  },
  hexList(json, _field, place) {
    return readArray(json).map((item) => {
      if (typeof item !== 'string' || !isHex(item)) throw new ConfigError('rule', ['Error decoding unl list.'], place.path);
      return item;
    });
  },
  peerList: (json, _field, place) => readArray(json).map((item) => readPeer(readString(item), place)),
  choiceList: (json) => readArray(json).map((item) => readString(item)),
  stringMap(json, _field, place) {
    if (!isObject(json)) throw new TypeProblem('Not an object');
    for (const [key, value] of Object.entries(json)) {
      if (typeof value !== 'string') throw new ConfigError('rule', [`contract.environment.${key} environment variable should be a string.`], `${place.path}.${key}`);
    }
    return json as Record<string, string>;
  },
};

export const isObject = (json: unknown): json is Record<string, unknown> => typeof json === 'object' && json !== null && !Array.isArray(json);

const isHex = (text: string): boolean => /^([0-9a-f]{2})*$/i.test(text);

function readString(json: unknown): string {
  if (typeof json === 'number') return String(json);
  if (typeof json !== 'string') throw new TypeProblem('Not a string');
  return json;
}

function readBool(json: unknown): boolean {
  if (typeof json === 'number') return json !== 0;
  if (typeof json !== 'boolean') throw new TypeProblem('Not a bool');
  return json;
}

function readInteger(json: unknown): number {
  if (typeof json === 'string' && !/^\d+$/.test(json)) throw new TypeProblem('Invalid digit');
  const value = typeof json === 'string' ? Number(json) : json;
  if (typeof value !== 'number' || (!Number.isInteger(value))) throw new TypeProblem('Not an integer');
  return value;
}

function readArray(json: unknown): unknown[] {
  if (!Array.isArray(json)) throw new TypeProblem('Not an array');
  return json;
}

/** "host:port", with exactly one colon (reference 1.3). */
export const isPeerAddress = (text: string): boolean => {
  const [, port] = /^[^:]+:(\d+)$/.exec(text) ?? [];
  return Number(port) >= 1 && Number(port) <= 0xffff;
};

function readPeer(text: string, place: Place): string {
  const [host, port] = text.split(':');
  const number = Number(port);
  if (!isPeerAddress(text)) throw new ConfigError('rule', [`Invalid peer: ${text}`], place.path);
  return `${host}:${number}`;
}

/** The largest number of a kind. */
export const WIDTH: Partial<Record<FieldKind, number>> = { u16: 0xffff, u32: 0xffff_ffff, u64: Number.MAX_SAFE_INTEGER };

/** Says what is wrong with the value, or nothing. hpcore would truncate a number that is too large; here it is refused. */
function checkBounds(field: Field, value: unknown): string | undefined {
  const isEmpty = value === '' || (Array.isArray(value) && value.length === 0);
  if (isEmpty && field.notEmpty) return 'must not be empty';
  const { min = 0, max = WIDTH[field.kind] ?? 0, values } = field;
  if (typeof value === 'number' && !(value >= min && value <= max)) return `must be between ${min} and ${max}`;
  if (values && !(Array.isArray(value) ? value : [value]).every((item) => values.includes(item as string))) return `must be one of ${values.join(', ')}`;
  return undefined;
}
