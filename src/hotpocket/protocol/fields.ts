import { Binary, deserialize, Int32, Long } from 'bson';
import { toHex, type Hex } from '../hash';
import type { UserProtocol } from '../inputs';
import { integerMember } from './jsonText';

/**
 * A document from the network, read by the rules of its protocol (reference 6.4). Every reader returns undefined for
 * what is missing or of another type, so that nothing is ever coerced.
 */
export interface Fields {
  has(name: string): boolean;
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  /** From 0 to 2^63 - 1. In BSON int32 or int64, never a double. In nested JSON objects exact up to 2^53 only. */
  integer(name: string): bigint | undefined;
  /** What is for the contract: in JSON the UTF-8 bytes of a string, in BSON a binary of any subtype. */
  bytes(name: string): Buffer | undefined;
  /** Keys and signatures: in JSON hexadecimal text, in BSON a binary. Lower case either way. */
  hex(name: string): Hex | undefined;
  /** The strings of an array; elements of other types are left out. */
  texts(name: string): string[] | undefined;
  object(name: string): Fields | undefined;
}

/** Undefined for bytes that are not a document of the protocol. Never throws. */
export function readFields(protocol: UserProtocol, bytes: Uint8Array): Fields | undefined {
  try {
    return protocol === 'json' ? readJson(bytes) : new BsonFields(deserialize(bytes, { promoteValues: false, bsonRegExp: true }));
  } catch {
    return undefined;
  }
}

/** A detached Ed25519 signature: 64 bytes. */
export const isSignature = (hex: Hex | undefined): hex is Hex => hex?.length === 128;

type Members = Record<string, unknown>;

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
const utf8 = new TextDecoder('utf-8', { fatal: true });

function readJson(bytes: Uint8Array): Fields | undefined {
  const json = utf8.decode(bytes);
  const value: unknown = JSON.parse(json);
  return isMembers(value) ? new JsonFields(value, json) : undefined;
}

abstract class TypedFields {
  constructor(protected readonly members: Members) {}

  has(name: string): boolean {
    return Object.hasOwn(this.members, name);
  }

  text(name: string): string | undefined {
    const value = this.members[name];
    return typeof value === 'string' ? value : undefined;
  }

  flag(name: string): boolean | undefined {
    const value = this.members[name];
    return typeof value === 'boolean' ? value : undefined;
  }

  texts(name: string): string[] | undefined {
    const value = this.members[name];
    return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : undefined;
  }
}

class JsonFields extends TypedFields implements Fields {
  constructor(members: Members, private readonly json?: string) {
    super(members);
  }

  integer(name: string): bigint | undefined {
    const value = this.members[name];
    if (typeof value !== 'number' || !(value >= 0)) return undefined;
    if (this.json !== undefined) return integerMember(this.json, name);
    return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  }

  bytes(name: string): Buffer | undefined {
    const value = this.text(name);
    // A lone surrogate has no UTF-8 form; it would become another text without anyone noticing.
    return value === undefined || /\p{Surrogate}/u.test(value) ? undefined : Buffer.from(value);
  }

  hex(name: string): Hex | undefined {
    const value = this.text(name);
    return value !== undefined && /^(?:[0-9a-f]{2})+$/i.test(value) ? value.toLowerCase() : undefined;
  }

  object(name: string): Fields | undefined {
    const value = this.members[name];
    return isMembers(value) ? new JsonFields(value) : undefined;
  }
}

class BsonFields extends TypedFields implements Fields {
  integer(name: string): bigint | undefined {
    const value = this.members[name];
    const integer = value instanceof Int32 ? BigInt(value.value) : value instanceof Long ? value.toBigInt() : -1n;
    return integer >= 0n ? integer : undefined;
  }

  bytes(name: string): Buffer | undefined {
    const value = this.members[name];
    // A copy, because a view would keep the whole message, or the network's buffer, alive for as long as it is held.
    return value instanceof Binary ? Buffer.from(value.buffer.subarray(0, value.position)) : undefined;
  }

  hex(name: string): Hex | undefined {
    const value = this.bytes(name);
    return value && toHex(value);
  }

  object(name: string): Fields | undefined {
    const value = this.members[name];
    return isMembers(value) ? new BsonFields(value) : undefined;
  }
}
