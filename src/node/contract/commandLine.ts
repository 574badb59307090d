import { isAbsolute } from 'node:path';
import { findProgram, type ProgramFile } from './programFile';
import { withResourceLimits } from './resourceLimits';
import type { RunOptions } from './runOptions';
import type { ContractProgram } from './types';

/** What execve gets. */
export interface CommandLine {
  readonly file: string;
  readonly argv0: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The contract's command line (reference 7.1) with a debugger's recipe applied. Throws a StartFailure. */
export function commandLine(program: ContractProgram, options: RunOptions): CommandLine {
  const found = findProgram(program, options);
  const { executable, argvPrefix = [], env = {} } = options.recipe ?? {};
  const command = {
    file: executable ?? pathForExec(program.binPath, found),
    argv0: executable ?? program.binPath,
    args: [...argvPrefix, ...program.binArgs.split(' ').filter((arg) => arg !== '')],
    env: { ...program.environment, ...electronAsNode(found), ...env },
  };
  return withResourceLimits(command, found.path, program, options.log);
}

/**
 * A script is told the path with which it was started. It must not be a different one on each node, so a relative path
 * stays relative; with a slash, because without one the PATH would be searched.
 */
function pathForExec(binPath: string, found: ProgramFile): string {
  // On macOS it is not sure against which folder a relative path is taken when the working directory changes.
  if (found.standIn || isAbsolute(binPath) || process.platform === 'darwin') return found.path;
  return binPath.includes('/') ? binPath : `./${binPath}`;
}

/** An editor's own executable is a Node.js only when told so. */
function electronAsNode({ standIn, path }: ProgramFile): Record<string, string> {
  return standIn && process.versions.electron && path === process.execPath ? { ELECTRON_RUN_AS_NODE: '1' } : {};
}
