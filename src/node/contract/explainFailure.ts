import { resolve } from 'node:path';
import { errorText, HotPocketError, systemCode } from '../../base/errors';
import { interpreterOf } from '../../base/programFormat';
import type { RunOptions } from './runOptions';
import { StartFailure, systemErrno } from './startFailure';
import type { ContractProgram } from './types';

/** Why a contract did not start, of whatever was thrown on the way: what the system refused becomes a sentence. */
export function explainFailure(error: unknown, program: ContractProgram, options: RunOptions): StartFailure {
  if (error instanceof StartFailure) return error;
  const path = program.binPath;
  const errno = systemErrno(error);
  const code = isFromSpawn(error) ? systemCode(error) : undefined;
  if (code === 'EPERM' && program.runAs) {
    return new StartFailure(errno, new HotPocketError('CONTRACT_RUN_AS_REFUSED', program.runAs), 'setgid/uid');
  }
  // The program's own file was found before.
  if (code === 'ENOENT' && !options.recipe?.executable) {
    const interpreter = interpreterOf(resolve(options.stateDir, path)) ?? 'a dynamic loader';
    return new StartFailure(errno, new HotPocketError('CONTRACT_INTERPRETER_MISSING', { path, interpreter }));
  }
  return new StartFailure(errno, new HotPocketError('CONTRACT_START_FAILED', { path, problem: `${errorText(error)}.` }));
}

function isFromSpawn(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && typeof error.syscall === 'string' && error.syscall.startsWith('spawn');
}
