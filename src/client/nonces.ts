/** Numbers that a user's inputs are ordered by: as with the published client the time in ms, but never twice the same (reference 3.8). */
export class Nonces {
  private last = 0n;

  /** One that is larger than all before, whether taken or given. */
  take(): bigint {
    const now = BigInt(Date.now());
    return (this.last = now > this.last ? now : this.last + 1n);
  }

  /** A nonce that the user chose. Smaller ones than before are refused by nodes, not here. */
  given(nonce: bigint): bigint {
    if (nonce > this.last) this.last = nonce;
    return nonce;
  }
}
