import { be64, blake3Hex, fromHex, hashList, ZERO_HASH, type Hex } from './hash';

/** A closed ledger (reference 4.1). Times in ms; all other fields are hashes in hex. */
export interface Ledger {
  readonly seqNo: number;
  /** Agreed start of the round that voted. */
  readonly time: number;
  readonly hash: Hex;
  readonly prevHash: Hex;
  readonly dataHash: Hex;
  /** The state before this ledger's execution. */
  readonly stateHash: Hex;
  readonly configHash: Hex;
  /** The group nonce: makes hashes unpredictable, and differ between runs. */
  readonly nonce: Hex;
  readonly userHash: Hex;
  readonly inputHash: Hex;
  /** Merkle root of the previous execution's outputs and state; zeros without outputs. */
  readonly outputHash: Hex;
}

/** What stands before ledger 1. Never stored; a query for number 0 returns it. */
export const GENESIS: Ledger = {
  seqNo: 0, time: 0, hash: ZERO_HASH, prevHash: ZERO_HASH, dataHash: ZERO_HASH, stateHash: ZERO_HASH,
  configHash: ZERO_HASH, nonce: '', userHash: ZERO_HASH, inputHash: ZERO_HASH, outputHash: ZERO_HASH,
};

export interface LedgerContent {
  readonly time: number;
  readonly stateHash: Hex;
  readonly configHash: Hex;
  readonly nonce: Hex;
  /** Agreed users, sorted. */
  readonly users: readonly Hex[];
  /** Hashes of the agreed inputs (b3 of the signature) in the order of their ordered hashes. */
  readonly inputHashes: readonly Hex[];
  readonly outputHash: Hex;
}

/** What says which ledger is meant. */
export type LedgerId = Pick<Ledger, 'seqNo' | 'hash'>;

/** The ledger that follows `previous` with the given content. */
export function makeLedger(previous: LedgerId, content: LedgerContent): Ledger {
  const { time, stateHash, configHash, nonce, outputHash } = content;
  const userHash = hashList(content.users.map(fromHex));
  const inputHash = hashList(content.inputHashes.map(fromHex));
  return sealLedger(previous, { time, stateHash, configHash, nonce, userHash, inputHash, outputHash });
}

type Sealable = Pick<Ledger, 'time' | 'stateHash' | 'configHash' | 'nonce' | 'userHash' | 'inputHash' | 'outputHash'>;

function sealLedger(previous: LedgerId, { time, stateHash, configHash, nonce, userHash, inputHash, outputHash }: Sealable): Ledger {
  // The number that is hashed is the previous one (ledger.cpp).
  const dataHash = blake3Hex(
    be64(previous.seqNo), be64(time),
    ...[stateHash, configHash, nonce, userHash, inputHash, outputHash].map(fromHex),
  );
  return {
    seqNo: previous.seqNo + 1,
    time, stateHash, configHash, nonce, userHash, inputHash, outputHash,
    hash: blake3Hex(fromHex(previous.hash), fromHex(dataHash)),
    prevHash: previous.hash,
    dataHash,
  };
}

/** True if `ledger` is what its own fields say, and the direct successor of `previous`. */
export function followsFrom(previous: LedgerId, ledger: Ledger): boolean {
  const expected = sealLedger(previous, ledger);
  return expected.seqNo === ledger.seqNo && expected.hash === ledger.hash && expected.dataHash === ledger.dataHash && expected.prevHash === ledger.prevHash;
}

/** A ledger shard as consensus names it: its number, and a hash of all its ledgers. */
export interface ShardId {
  readonly seqNo: number;
  readonly hash: Hex;
}

export const PRIMARY_SHARD_SIZE = 262_144;
export const RAW_SHARD_SIZE = 4_096;

export const shardOf = (seqNo: number, size: number): number => (seqNo <= 0 ? 0 : Math.floor((seqNo - 1) / size));

/**
 * The id of the primary shard that ends with `last`. hpcore hashes the shard's database file; ours follows from the
 * last ledger's hash, which covers all before it, so equal ids still mean equal histories.
 */
export function primaryShardId(last: LedgerId): ShardId {
  if (last.seqNo === 0) return { seqNo: 0, hash: ZERO_HASH };
  return { seqNo: shardOf(last.seqNo, PRIMARY_SHARD_SIZE), hash: blake3Hex(Buffer.from('primary'), be64(last.seqNo), fromHex(last.hash)) };
}
