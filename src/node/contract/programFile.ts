import { accessSync, constants as fsConstants, existsSync, statSync, type Stats } from 'node:fs';
import { constants } from 'node:os';
import { basename, resolve } from 'node:path';
import { HotPocketError, systemCode } from '../../base/errors';
import { isStartable } from '../../base/programFormat';
import type { RunOptions } from './runOptions';
import { StartFailure, systemErrno } from './startFailure';
import type { ContractProgram } from './types';

export interface ProgramFile {
  readonly path: string;
  /** It stands in for a configured `node` that this machine does not have. */
  readonly standIn: boolean;
}

let standInNoted = false;

/**
 * The file that bin_path means (reference 7.1: absolute or relative to the state folder, no search), after checking that
 * the kernel can start it. Throws a StartFailure otherwise.
 */
export function findProgram(program: ContractProgram, options: Pick<RunOptions, 'stateDir' | 'nodeExecutable' | 'log'>): ProgramFile {
  const configured = resolve(options.stateDir, program.binPath);
  // Templates say /usr/bin/node, which is where the image has it.
  const standIn = basename(program.binPath) === 'node' && !existsSync(configured);
  if (standIn && !standInNoted) {
    standInNoted = true;
    options.log.inf(`Contract binary ${program.binPath} does not exist on this machine. Using ${options.nodeExecutable}`);
  }
  const path = standIn ? options.nodeExecutable : configured;
  check(path, standIn ? path : program.binPath, program.runAs);
  return { path, standIn };
}

function check(path: string, shown: string, runAs: ContractProgram['runAs']): void {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    const code = systemCode(error) === 'EACCES' ? 'CONTRACT_BINARY_NOT_EXECUTABLE' : 'CONTRACT_BINARY_MISSING';
    throw new StartFailure(systemErrno(error), new HotPocketError(code, { path: shown }));
  }
  const { EACCES, ENOEXEC } = constants.errno;
  if (!stats.isFile()) throw new StartFailure(EACCES, new HotPocketError('CONTRACT_BINARY_NOT_A_FILE', { path: shown }));
  if (!mayExecute(path, stats, runAs)) throw new StartFailure(EACCES, new HotPocketError('CONTRACT_BINARY_NOT_EXECUTABLE', { path: shown }));
  if (!isStartable(path)) throw new StartFailure(ENOEXEC, new HotPocketError('CONTRACT_BINARY_BAD_FORMAT', { path: shown }));
}

function mayExecute(path: string, stats: Stats, runAs: ContractProgram['runAs']): boolean {
  if (runAs) {
    if (runAs.uid === 0) return (stats.mode & 0o111) !== 0;
    if (runAs.uid === stats.uid) return (stats.mode & 0o100) !== 0;
    return (stats.mode & (runAs.gid === stats.gid ? 0o010 : 0o001)) !== 0;
  }
  try {
    accessSync(path, fsConstants.X_OK);
    return true;
  } catch {
    return false;
  }
}
