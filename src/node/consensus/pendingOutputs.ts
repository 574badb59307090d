import { fromHex, ZERO_HASH, type Hex } from '../../hotpocket/hash';
import { hashTreeFor, outputRoot, userOutputHash, type UserOutput } from '../../hotpocket/outputs';
import type { DeliveredOutput } from './types';

/** What the last run sent, until a ledger agrees on it (reference 6.6). */
export class PendingOutputs {
  /** Zeros if nothing was sent. */
  readonly root: Hex;
  /** Of the root, by this node; '' if nothing was sent. */
  readonly signature: Hex;

  constructor(private readonly list: readonly UserOutput[], private readonly stateHash: Hex, sign: (root: Uint8Array) => Hex) {
    this.root = outputRoot(list, stateHash);
    this.signature = this.root === ZERO_HASH ? '' : sign(fromHex(this.root));
  }

  /** Whether there is one for a user of whom that is true. */
  areFor(waits: (user: Hex) => boolean): boolean {
    return this.list.some(({ pubkey }) => waits(pubkey));
  }

  /** Each user's messages, with the part of the hash tree that proves them. */
  forUsers(): DeliveredOutput[] {
    return this.list.map((output) => {
      const outputHash = userOutputHash(output);
      return { ...output, outputHash, hashTree: hashTreeFor(this.list, this.stateHash, outputHash) };
    });
  }
}
