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
    'Environment:',
    '  HOTPOCKET_HOME        where clusters are kept (~/.hotpocket)',
    '  HOTPOCKET_NODE_PATH   the Node.js that runs the nodes (the one on the PATH, else the one that runs this)',
    '  HOTPOCKET_BIND        address the nodes listen on (this machine only)',
    '  NO_COLOR              no colours and nothing that moves',
    '',
    ...EXIT_CODES,
  ]);
}

export function commandHelp(command: Command): string {
  return lines([`Usage: ${synopsis(command)}`, '', command.summary, ...command.details, '', ...EXIT_CODES]);
}

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
