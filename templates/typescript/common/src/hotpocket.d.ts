/** What is used here of the library, which has no types of its own. */
declare module 'hotpocket-nodejs-contract' {
  export interface User {
    readonly publicKey: string;
    readonly inputs: readonly unknown[];
    send(message: string | Buffer): Promise<void>;
  }
  export interface Context {
    readonly readonly: boolean;
    readonly lclSeqNo: number;
    readonly users: { list(): User[]; count(): number; read(input: unknown): Promise<Buffer> };
    /** The nodes that vote, this one among them. */
    readonly unl: { count(): number; send(message: string): Promise<void>; onMessage(listener: (node: { readonly publicKey: string }, message: Buffer) => void): void };
  }
  export class Contract {
    init(contract: (ctx: Context) => Promise<void>): Promise<boolean>;
  }
}
