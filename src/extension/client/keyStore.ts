import type { KeyPair } from '../../hotpocket/keys';

/** VS Code's store for secrets, as far as it is used here. */
export interface Secrets {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
}

/** What makes and checks keys; loaded with the client. */
export interface KeyMaker {
  generateKeyPair(): KeyPair;
  keysMatch(pair: KeyPair): boolean;
}

/** The keys that users of contracts keep from one console to the next, and in all windows. */
export class KeyStore {
  constructor(private readonly secrets: Secrets) {}

  /** Made when it is first asked for. What is kept but is no key pair is replaced. */
  async kept(contractId: string, maker: KeyMaker): Promise<KeyPair> {
    const name = `hotpocket.client.${contractId}`;
    const found = readPair(await this.secrets.get(name));
    if (found && maker.keysMatch(found)) return found;
    const made = maker.generateKeyPair();
    await this.secrets.store(name, JSON.stringify(made));
    return made;
  }
}

function readPair(text: string | undefined): KeyPair | undefined {
  try {
    const { publicKey, privateKey } = JSON.parse(text ?? '') as Partial<KeyPair>;
    return typeof publicKey === 'string' && typeof privateKey === 'string' ? { publicKey, privateKey } : undefined;
  } catch {
    return undefined;
  }
}
