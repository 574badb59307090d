import type { Hex } from '../../hotpocket/hash';
import type { Proposal } from './proposal';

/** A node may already vote on the outputs after those that are about to be delivered. */
const KEPT = 2;

/**
 * Who signed which outputs, as heard in proposals, for the clients (reference 6.6). Remembered apart from the proposals: the
 * stage-3 proposal of a quick node, which carries no signature, displaces the one before it.
 */
export class OutputSignatures {
  /** The newest of each node, newest first. */
  private readonly byKey = new Map<Hex, readonly Pick<Proposal, 'outputHash' | 'outputSignature'>[]>();

  note({ pubkey, outputHash, outputSignature }: Proposal): void {
    if (outputSignature === '') return;
    const others = this.byKey.get(pubkey)?.filter((known) => known.outputHash !== outputHash) ?? [];
    this.byKey.set(pubkey, [{ outputHash, outputSignature }, ...others.slice(0, KEPT - 1)]);
  }

  /** Forgets nodes that are no longer in the UNL. */
  retain(unl: readonly Hex[]): void {
    for (const key of this.byKey.keys()) if (!unl.includes(key)) this.byKey.delete(key);
  }

  of(outputHash: Hex): (readonly [pubkey: Hex, signature: Hex])[] {
    return [...this.byKey].flatMap(([key, signed]) => signed.filter((known) => known.outputHash === outputHash).map((known) => [key, known.outputSignature] as const));
  }
}
