import { TextWriter } from '../log/textWriter';

export type OutputStream = 'stdout' | 'stderr';

/** Where one run's output goes. */
export interface ContractOutput {
  write(stream: OutputStream, bytes: Uint8Array): void;
  close(): void;
}

const DESCRIPTORS = { stdout: 1, stderr: 2 } as const;

/** The node's own console, which stays open. */
export class ConsoleOutput implements ContractOutput {
  private readonly writers = { stdout: new TextWriter(), stderr: new TextWriter() };

  write(stream: OutputStream, bytes: Uint8Array | string): void {
    this.writers[stream].write(DESCRIPTORS[stream], bytes);
  }

  close(): void {}
}
