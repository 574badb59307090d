import { join, resolve } from 'node:path';
import { version as productVersion } from '../../../package.json';
import { codedLine, errorText, HotPocketError } from '../../base/errors';
import { ConfigError } from '../../hotpocket/config';
import { HP_VERSION, LEDGER_VERSION } from '../../hotpocket/version';
import { createContractDir } from './create';
import { rekey } from './rekey';
import { FAILURE, SetupError } from './setupError';

/** What a command of the node program prints and how it ends (reference 1.1). Texts end with a newline, or are empty. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\n`).join('');
const success = (...texts: readonly string[]): CommandResult => ({ exitCode: 0, stdout: lines(...texts), stderr: '' });

/** `standIn`: in a Docker image under hpcore's name it says that it is not hpcore (scripts/image.mjs). */
export function versionCommand(standIn = false): CommandResult {
  return success(`${HP_VERSION} `, `Ledger version: ${LEDGER_VERSION}`, ...(standIn ? [`HotPocket Studio's node ${productVersion}, standing in for hpcore`] : []));
}

export function newCommand(dir: string): Promise<CommandResult> {
  return createCommand([dir]);
}

/** `new` for several: starting a process takes longer than to make a folder. One that fails ends it; a line for each before it is on stdout. */
export async function createCommand(dirs: readonly string[]): Promise<CommandResult> {
  const created: string[] = [];
  try {
    for (const dir of dirs) {
      await createContractDir(dir);
      created.push(`Contract directory created at ${resolve(dir)}`);
    }
    return success(...created, 'hpcore exited normally.');
  } catch (error) {
    return { ...failedCommand(error), stdout: lines(...created) };
  }
}

export async function rekeyCommand(dir: string): Promise<CommandResult> {
  try {
    await rekey(dir);
    return success(`New signing keys generated at ${join(resolve(dir), 'cfg', 'hp.cfg')}`, 'hpcore exited normally.');
  } catch (error) {
    return failedCommand(error);
  }
}

/** The answer to arguments that are no command. `args` are those after the program's name. */
export function usageCommand(args: readonly string[]): CommandResult {
  const [command = ''] = args;
  const lacksDir = args.length === 1 && ['new', 'rekey', 'run'].includes(command);
  return {
    exitCode: FAILURE,
    stdout: lines('Usage:', 'hpcore version', 'hpcore <command> <contract dir> (command = run | new | rekey)', 'Example: hpcore run ~/mycontract'),
    stderr: lines(...(lacksDir ? ['Contract directory not specified.'] : []), 'Arguments mismatch.'),
  };
}

/** How a command ends that threw, `run` included. */
export function failedCommand(error: unknown): CommandResult {
  if (error instanceof SetupError) return { exitCode: error.exitCode, stdout: '', stderr: lines(...error.lines) };
  if (error instanceof ConfigError) return { exitCode: FAILURE, stdout: '', stderr: lines(...error.lines) };
  return { exitCode: 1, stdout: '', stderr: lines(`std error: ${error instanceof HotPocketError ? codedLine(error) : errorText(error)}`) };
}
