import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DisposableList } from '../../base/disposables';
import { codedLine, errorText } from '../../base/errors';
import { nativeSockets, type NativeSockets } from '../../base/native/sockets';
import type { Hex } from '../../hotpocket/hash';
import { OutputCopies } from './outputCopies';
import { ProcessGroup } from './processGroup';
import { findProgram } from './programFile';
import type { RunOptions } from './runOptions';
import { StartFailure, systemErrno } from './startFailure';
import type { ContractProgram } from './types';

const SCRIPT = 'post_exec.sh';

/** Exit codes with which a script says that it is done for now, and wants to be run again after the next ledger. */
const KEPT = { from: 3, to: 125 };

export interface PostExec {
  /** False if the script failed: what the run sent is then dropped. Never rejects. */
  readonly done: Promise<boolean>;
  kill(): void;
}

/**
 * Runs the contract's `post_exec.sh`, if it left one in its state folder (reference 7.8): with the node's environment, no limits, and one
 * argument, `<ledger number> <ledger hash>`. It is deleted after success. Undefined if there is none.
 */
export function startPostExec(program: ContractProgram, ledger: { readonly seqNo: number; readonly hash: Hex }, options: RunOptions): PostExec | undefined {
  const path = join(options.stateDir, SCRIPT);
  if (!existsSync(path)) return undefined;
  const { log } = options;
  log.inf('Running post-exec script...');
  const refused = (error: unknown): false => {
    try {
      writeSync(2, `${error instanceof StartFailure ? error.errno : systemErrno(error)}: Post-exec script execv() failed.\n`);
    } catch {
      // The console is gone or full; the log has it.
    }
    log.err(`Post-exec script could not be started: ${errorText(error)}`);
    return false;
  };
  const ours = new DisposableList();
  const theirs = new DisposableList();
  try {
    findProgram({ ...program, binPath: SCRIPT }, options);
    const copies = options.output && new OutputCopies(options.output, pipes(), ours, theirs);
    const child = spawn(path, [`${ledger.seqNo} ${ledger.hash}`], {
      argv0: SCRIPT, cwd: options.stateDir, detached: true, stdio: ['ignore', ...(copies?.stdio ?? ['inherit', 'inherit'] as const)], ...program.runAs,
    });
    theirs.dispose();
    copies?.attach(child);
    const group = child.pid === undefined ? undefined : new ProcessGroup(child.pid, options.tempDir);
    const ended = new Promise<boolean>((resolve) => {
      child.once('error', (error) => resolve(refused(error)));
      child.once('exit', (code) => {
        const success = code === 0 || (code !== null && code >= KEPT.from && code <= KEPT.to);
        if (code === 0) rmSync(path, { force: true });
        if (success) log.inf(`Post-exec script executed successfully. Exit code:${code}`);
        else log.err(`Post-exec script ended prematurely. Exit code:${code ?? 0}`);
        resolve(success);
      });
    });
    return {
      done: ended.then(async (success) => {
        const left = await group?.end();
        if (left) log.wrn(codedLine(left));
        await copies?.drain();
        ours.dispose();
        return success;
      }),
      kill: () => void group?.kill(),
    };
  } catch (error) {
    theirs.dispose();
    ours.dispose();
    return { done: Promise.resolve(refused(error)), kill: () => undefined };
  }
}

function pipes(): NativeSockets | undefined {
  try {
    return nativeSockets();
  } catch {
    return undefined; // Said when the contract was started.
  }
}
