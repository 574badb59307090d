import type { Hex } from '../../hotpocket/hash';
import type { KeyPair } from '../../hotpocket/keys';
import type { KeyMaker, KeyStore } from './keyStore';

/** Who the user of a console is: the one whose key is kept for the contract, or somebody new. */
export class Identity {
  private keys: KeyPair | undefined;
  private contractId: string | undefined;

  constructor(private readonly store: KeyStore, private isKept: boolean) {}

  get kept(): boolean {
    return this.isKept;
  }

  /** Undefined before the first connection. */
  get publicKey(): Hex | undefined {
    return this.keys?.publicKey;
  }

  /** From the next connection on. */
  become(who: 'new' | 'kept'): void {
    this.isKept = who === 'kept';
    this.keys = undefined;
  }

  /** A fresh key stays the same for all connections of the console; the kept one is the contract's. */
  async keysFor(contractId: string, maker: KeyMaker): Promise<KeyPair> {
    if (this.keys && (!this.isKept || contractId === this.contractId)) return this.keys;
    this.contractId = contractId;
    this.keys = this.isKept ? await this.store.kept(contractId, maker) : maker.generateKeyPair();
    return this.keys;
  }
}
