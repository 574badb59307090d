import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { codedLine, HotPocketError } from '../../base/errors';
import { interpreterOf } from '../../base/programFormat';
import type { CommandLine } from './commandLine';
import type { RunLog } from './runOptions';
import { StartFailure } from './startFailure';
import type { ContractProgram, ResourceLimits } from './types';

/** util-linux's program sets the limits of its own process, exactly, and becomes the contract. */
const PRLIMIT = ['/usr/bin/prlimit', '/bin/prlimit'];
const SHELL = '/bin/sh';
/** Nothing configured becomes part of this text. Shells count data in KiB, and may add PWD to the environment. */
const SCRIPT = '[ "$1" = 0 ] || ulimit -t "$1" || exit 126; [ "$2" = 0 ] || ulimit -d "$2" || exit 126; [ "$3" = 0 ] || ulimit -n "$3" || exit 126; shift 3; exec "$@"';

/**
 * The command with what sets its resource limits in front (reference 3.9): they hold before the program's first instruction.
 * `path` is the program's file. Throws a StartFailure when the system will not grant them.
 */
export function withResourceLimits(command: CommandLine, path: string, { limits, runAs }: ContractProgram, log: RunLog, prlimits = PRLIMIT): CommandLine {
  const wanted = limits.resources;
  if (!wanted || (wanted.cpuSeconds === 0 && wanted.memoryBytes === 0 && wanted.openFiles === 0)) return command;
  // Behind another program the system no longer tells us that the interpreter is missing.
  const interpreter = interpreterOf(path);
  if (interpreter !== undefined && !existsSync(interpreter)) {
    throw new StartFailure(constants.errno.ENOENT, new HotPocketError('CONTRACT_INTERPRETER_MISSING', { path: command.argv0, interpreter }));
  }
  const refused = process.getuid?.() === 0 && !runAs ? undefined : aboveHardLimit(wanted);
  if (refused !== undefined) throw new StartFailure(constants.errno.EPERM, new HotPocketError('CONTRACT_LIMIT_REFUSED', { limit: refused }), 'limits');
  if (process.platform === 'darwin' && wanted.memoryBytes > 0) sayOnce(log, 'macOS does not enforce proc_mem_bytes.');
  const prlimit = prlimits.find((file) => existsSync(file));
  if (prlimit !== undefined) return startedBy(prlimit, [...prlimitOptions(wanted), '--'], command);
  if (existsSync(SHELL)) return startedBy(SHELL, ['-c', SCRIPT, 'sh', ...shellValues(wanted)], command);
  sayOnce(log, `There is neither ${PRLIMIT[0]} nor ${SHELL}.`);
  return command;
}

const startedBy = (file: string, before: readonly string[], { file: program, args, env }: CommandLine): CommandLine => ({ file, argv0: file, args: [...before, program, ...args], env });

function prlimitOptions({ cpuSeconds, memoryBytes, openFiles }: ResourceLimits): string[] {
  const options = { cpu: cpuSeconds, data: memoryBytes, nofile: openFiles };
  return Object.entries(options).flatMap(([name, value]) => (value > 0 ? [`--${name}=${value}`] : []));
}

const shellValues = ({ cpuSeconds, memoryBytes, openFiles }: ResourceLimits): string[] => [cpuSeconds, Math.ceil(memoryBytes / 1024), openFiles].map(String);

/** The first setting that is above what this process may have at most; only root may raise that. */
function aboveHardLimit({ cpuSeconds, memoryBytes, openFiles }: ResourceLimits): string | undefined {
  let text: string;
  try {
    text = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return undefined; // Not on this system; the program that sets them will say so.
  }
  const hard = (name: string): number => Number(new RegExp(`^${name} +\\S+ +(\\d+)`, 'm').exec(text)?.[1] ?? Infinity);
  if (cpuSeconds > hard('Max cpu time')) return 'proc_cpu_seconds';
  if (memoryBytes > hard('Max data size')) return 'proc_mem_bytes';
  return openFiles > hard('Max open files') ? 'proc_ofd_count' : undefined;
}

const said = new Set<string>();

function sayOnce(log: RunLog, problem: string): void {
  if (said.has(problem)) return;
  said.add(problem);
  log.wrn(codedLine(new HotPocketError('CONTRACT_LIMITS_UNAVAILABLE', { problem })));
}
