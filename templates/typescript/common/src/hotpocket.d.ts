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
  }
  export class Contract {
    init(contract: (ctx: Context) => Promise<void>): Promise<boolean>;
  }
}
