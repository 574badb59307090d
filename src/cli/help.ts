import { synopsis, type Command } from './command';
import { commands } from './commands';

const EXIT_CODES = [
  'Exit codes:',
  '  0    done',
  '  1    failed',
  '  2    wrong arguments or variables',
  '  3    there is no cluster',
  '  130  ended by Ctrl+C, which is how following a log ends (143 by SIGTERM)',
];

export function overallHelp(): string {
  const width = Math.max(...commands.map((command) => synopsis(command).length));
  return lines([
    'Run HotPocket smart contracts on a local cluster.',
    '',
    'Usage:',
    ...commands.map((command) => `  ${synopsis(command).padEnd(width)}  ${command.summary}`),
    '  hotpocket <command> --help',
    '',
    'Options of every command:',
    '  --engine <name>       embedded: nodes are processes of this machine (default); docker: hpcore in containers, as hpdevkit has them',
    '',
    'Environment:',
    '  HOTPOCKET_HOME        where clusters are kept (~/.hotpocket)',
    '  HOTPOCKET_NODE_PATH   the Node.js that runs the nodes (the one on the PATH, else the one that runs this)',
    '  HOTPOCKET_BIND        address the nodes listen on (this machine only; in Docker all addresses, as with hpdevkit)',
    '  HOTPOCKET_ENGINE      the engine, where --engine does not say (embedded)',
    '  HP_INSTANCE_IMAGE     Docker image of the nodes',
    '  HP_DEVKIT_IMAGE       Docker image of hpdevkit\'s management container',
    '  DOCKER_HOST, DOCKER_CONTEXT  the Docker daemon, as for the docker command',
    '  NO_COLOR              no colours and nothing that moves',
    '',
    ...EXIT_CODES,
  ]);
}

export function commandHelp(command: Command): string {
  return lines([`Usage: ${synopsis(command)}`, '', command.summary, ...command.details, '', ...EXIT_CODES]);
}

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
