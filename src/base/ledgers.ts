/**
 * A closed ledger as engines tell of it (reference 4.1). `time` is in ms since 1970, hashes are in hex. What is absent is not known: a log
 * tells no more than number and first digits of some hashes, and only nodes of our own tell counts by themselves.
 */
export interface LedgerInfo {
  readonly seqNo: number;
  /** All of it, or its first eight digits. */
  readonly hash: string;
  readonly time?: number;
  readonly prevHash?: string;
  readonly stateHash?: string;
  readonly configHash?: string;
  readonly userHash?: string;
  readonly inputHash?: string;
  readonly outputHash?: string;
  readonly inputs?: number;
  /** Of the run before, which this ledger agrees on. */
  readonly outputs?: number;
  readonly users?: number;
  /** Whose inputs it has, each once, at most `MOST_KEYS`. */
  readonly inputUsers?: readonly string[];
  /** Only if asked for. */
  readonly contents?: LedgerContents;
}

/** What is in a ledger, as far as the node still has it. */
export interface LedgerContents {
  /** Keys of the users who were connected. */
  readonly users?: readonly string[];
  readonly inputs?: readonly { readonly user: string; readonly hash: string; readonly nonce: string; readonly content: Content }[];
  readonly outputs?: readonly { readonly user: string; readonly hash: string; readonly contents: readonly Content[] }[];
}

/** Bytes on their way through JSON. */
export interface Content {
  readonly bytes: number;
  /** The first of them, at most `MOST_BYTES`. */
  readonly base64: string;
}

export interface LedgersQuery {
  /** Ledgers with smaller numbers; the newest without it. */
  readonly before?: number;
  /** At most `MOST_LEDGERS`. */
  readonly count: number;
  readonly contents?: boolean;
  /** How many inputs and outputs there are as well, as far as nodes still know, where they have to be counted for it. */
  readonly counts?: boolean;
}

export const MOST_LEDGERS = 200;
/** Of users, inputs and outputs that are told of one ledger. */
export const MOST_KEYS = 100;
/** Of one input or output. */
export const MOST_BYTES = 4096;

/** The hash of what is nothing, such as no inputs. */
export const isZeroHash = (hash: string): boolean => /^0*$/.test(hash);

export function shortened(bytes: Uint8Array): Content {
  return { bytes: bytes.length, base64: Buffer.from(bytes.subarray(0, MOST_BYTES)).toString('base64') };
}
