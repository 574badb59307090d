import type { Announcement } from '../../base/debugLink';
import { ConsoleOutput, type ContractOutput, type OutputStream } from '../contract/consoleOutput';
import { DebuggerLines } from './debuggerLines';

/** What a debugged process prints: the contract's part goes where it would go undebugged, the debugger's part is heard. */
export class DebuggedOutput implements ContractOutput {
  private readonly lines: DebuggerLines;

  /** `output`: the contract log of this run; without one the console. */
  constructor(announcement: Announcement, announced: (address: string) => void, private readonly output: ContractOutput = new ConsoleOutput()) {
    this.lines = new DebuggerLines(announcement, (bytes) => output.write('stderr', bytes), announced);
  }

  write(stream: OutputStream, bytes: Uint8Array): void {
    if (stream === 'stderr') this.lines.push(Buffer.from(bytes));
    else this.output.write(stream, bytes);
  }

  /** The process is gone. What it wrote to stays open for what comes after it. */
  close(): void {
    this.lines.end();
  }
}
