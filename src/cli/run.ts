import { parseArgs } from 'node:util';
import { asHotPocketError, errorText, HotPocketError, type ErrorCode } from '../base/errors';
import type { ClusterEngine } from '../cluster/engine';
import { usageError, type Command, type Invocation } from './command';
import { commands } from './commands';
import { commandHelp, overallHelp } from './help';
import type { Output } from './output';

export type EngineKind = ClusterEngine['kind'];

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly openEngine: (kind: EngineKind) => Promise<ClusterEngine>;
}

const EXIT_CODE: Partial<Record<ErrorCode, number>> = { USAGE: 2, INVALID_CLUSTER_SIZE: 2, INVALID_PORT: 2, TEMPLATE_UNKNOWN: 2, PROJECT_NAME_INVALID: 2, CLUSTER_NOT_FOUND: 3 };
const FAILED = 1;

/** Carries out one command line. Returns the exit code; errors have been shown. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { output } = surroundings;
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    output.text(overallHelp());
    return name === undefined ? 2 : 0;
  }
  try {
    return (await runCommand(findCommand(name === '--version' ? 'version' : name), rest, surroundings)) ?? 0;
  } catch (error) {
    const known = asHotPocketError(error);
    output.error(known);
    return EXIT_CODE[known.code] ?? FAILED;
  } finally {
    output.finishStep();
  }
}

function findCommand(name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  throw new HotPocketError('USAGE', { problem: `There is no command '${name}'.`, usage: `hotpocket ${commands.map((one) => one.name).join(' | ')} (hotpocket --help)` });
}

async function runCommand(command: Command, args: readonly string[], { env, output, signal, openEngine }: Surroundings): Promise<number | void> {
  const { positionals, values } = parse(command, args);
  if (values.help === true) {
    output.text(commandHelp(command));
    return;
  }
  const engine = await openEngine(engineKind(values.engine ?? (env.HOTPOCKET_ENGINE || 'embedded'), command));
  const invocation: Invocation = { positionals, values, env, engine, output, signal };
  try {
    return await command.run(invocation);
  } finally {
    engine.dispose();
  }
}

function engineKind(name: string | boolean, command: Command): EngineKind {
  if (name === 'embedded' || name === 'docker') return name;
  throw usageError(`There is no engine '${name}', only embedded and docker (--engine, HOTPOCKET_ENGINE).`, command);
}

function parse(command: Command, args: readonly string[]): Pick<Invocation, 'positionals' | 'values'> {
  try {
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: { ...command.options, engine: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
    return { positionals, values };
  } catch (error) {
    throw usageError(errorText(error), command);
  }
}
