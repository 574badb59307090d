import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../../base/errors';
import type { Hex } from '../../hotpocket/hash';
import { ConsoleOutput, type ContractOutput, type OutputStream } from './consoleOutput';
import { systemErrno } from './startFailure';

const FILE_MODE = 0o664;

/**
 * The contract's output in files, with `contract.log.enable` (reference 7.6): `rw.stdout.log` and `rw.stderr.log`, each run under a line
 * that names its ledger. A file that is full at the start of a run becomes `rw_1.stdout.log`, and so on. The console has it too.
 */
export class ContractLog {
  private readonly console = new ConsoleOutput();

  /** `dir` is log/contract; `maxFiles` counts the current one. */
  constructor(private readonly dir: string, private readonly maxBytes: number, private readonly maxFiles: number) {}

  /** Never throws: without a file the output still goes to the console. */
  begin(ledger: { readonly seqNo: number; readonly hash: Hex }): ContractOutput {
    const files = { stdout: this.open('stdout', ledger), stderr: this.open('stderr', ledger) };
    return {
      write: (stream, bytes) => {
        this.console.write(stream, bytes);
        const fd = files[stream];
        if (fd !== undefined) append(fd, bytes);
      },
      close: () => {
        for (const fd of Object.values(files)) if (fd !== undefined) closeSync(fd);
      },
    };
  }

  private open(stream: OutputStream, { seqNo, hash }: { readonly seqNo: number; readonly hash: Hex }): number | undefined {
    try {
      mkdirSync(this.dir, { recursive: true });
      let fd = openSync(this.path(stream, 0), 'a', FILE_MODE);
      if (fstatSync(fd).size >= this.maxBytes) {
        closeSync(fd);
        this.rotate(stream);
        fd = openSync(this.path(stream, 0), 'a', FILE_MODE);
      }
      // Whatever the umask.
      fchmodSync(fd, FILE_MODE);
      writeSync(fd, `Execution lcl ${seqNo}-${hash}\n`);
      return fd;
    } catch (error) {
      this.console.write('stderr', `${systemErrno(error)}: Contract process inserting demarkation line failed.\n`);
      return undefined;
    }
  }

  private path(stream: OutputStream, age: number): string {
    return join(this.dir, age === 0 ? `rw.${stream}.log` : `rw_${age}.${stream}.log`);
  }

  private rotate(stream: OutputStream): void {
    rmSync(this.path(stream, this.maxFiles - 1), { force: true });
    for (let age = this.maxFiles - 2; age >= 0; age--) {
      try {
        renameSync(this.path(stream, age), this.path(stream, age + 1));
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error;
      }
    }
  }
}

/** A disk that is full must not end the node: the console has it. */
function append(fd: number, bytes: Uint8Array): void {
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
  } catch {
    // Nothing to be done, and too much output to say so for each piece.
  }
}
