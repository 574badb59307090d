import { Binary } from 'bson';
import { toBson } from '../bson';
import { fromHex, toHex, type Hex } from '../hash';
import type { UserProtocol } from '../inputs';
import { renderContent, stringify } from './jsonContent';

/** How the two protocols write the same message: what its values become, and the bytes of the whole (reference 6.5). */
export interface Dialect {
  /** Keys, hashes and signatures. */
  readonly hex: (value: Hex) => unknown;
  readonly integer: (value: number | bigint) => unknown;
  /** What a contract sent to a user, live. */
  readonly content: (value: Uint8Array) => unknown;
  /** What a contract got or sent, from the ledger. */
  readonly blob: (value: Uint8Array) => unknown;
  readonly encode: (document: object) => Buffer;
}

const BINARY_SUBTYPE = 0x80;
const binary = (bytes: Uint8Array): Binary => new Binary(bytes, BINARY_SUBTYPE);

export const dialects: Readonly<Record<UserProtocol, Dialect>> = {
  json: {
    hex: (value) => value,
    integer: (value) => value,
    content: renderContent,
    blob: toHex,
    encode: (document) => Buffer.from(stringify(document)),
  },
  bson: {
    hex: (value) => binary(fromHex(value)),
    // The library writes a number beyond 32 bits as a double; as a bigint it becomes the int64 that is wanted.
    integer: (value) => (BigInt.asIntN(32, BigInt(value)) === BigInt(value) ? Number(value) : BigInt(value)),
    content: binary,
    blob: binary,
    encode: toBson,
  },
};
