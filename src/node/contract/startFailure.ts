import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { codedLine, type HotPocketError } from '../../base/errors';
import type { RunLog } from './runOptions';

/** What hpcore's child was about to do, in its words. */
const STEPS = {
  'execve()': 'Contract process execve() failed.',
  'setgid/uid': 'Contract process setgid/uid failed.',
  limits: 'Failed to set contract process resource limits.',
} as const;

/** Why a contract process could not be started: the system's error number and our sentence about it. */
export class StartFailure extends Error {
  constructor(readonly errno: number, readonly reason: HotPocketError, readonly step: keyof typeof STEPS = 'execve()') {
    super(reason.message);
  }
}

/** The positive number of a system error; EINVAL for errors that are not the system's. */
export function systemErrno(error: unknown): number {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? Math.abs(error.errno) : constants.errno.EINVAL;
}

/** Says it twice: as hpcore's child does on the console (reference 2.6), and with code and remedy in the log. */
export function reportStartFailure(failure: StartFailure, readonly: boolean, log: RunLog): void {
  try {
    writeSync(2, `${failure.errno}: ${STEPS[failure.step]}${readonly ? ' (rdonly)' : ''}\n`);
  } catch {
    // The console is gone or full; the log has it.
  }
  log.err(codedLine(failure.reason));
}
