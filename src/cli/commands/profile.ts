import { defaultNode } from '../../cluster/environment';
import { collectRounds } from '../../cluster/profile/collect';
import { statisticsOf } from '../../cluster/profile/statistics';
import { profileLines } from '../../cluster/profile/text';
import { nodeArgument, usageError, type Command, type Invocation } from '../command';
import { english } from '../english';

const ROUNDS = 10;
const MOST_ROUNDS = 10_000;

export const profile: Command = {
  name: 'profile',
  usage: '[n] [--rounds <k>] [--json]',
  summary: 'Show where the rounds of node n are spent.',
  details: [
    'The last rounds are shown at once; for those that are missing it waits. Ctrl+C shows what there is.',
    'Measuring is always on and changes nothing. Rounds with which a debugger had to do are left out.',
    '',
    'Options:',
    `  --rounds <k>   how many rounds (${ROUNDS})`,
    '  --json         for programs: the figures, and each round',
    '',
    'Environment:',
    '  HP_DEFAULT_NODE       the node, if none is given (1)',
  ],
  options: { rounds: { type: 'string' }, json: { type: 'boolean' } },
  async run(invocation) {
    const { values, env, engine, output, signal } = invocation;
    const node = nodeArgument(invocation, profile) ?? (defaultNode(env) || 1);
    const wanted = wantedRounds(values.rounds);
    const progress = values.json === true ? () => undefined : progressOf(invocation, node, wanted);
    const { rounds, short } = await collectRounds(engine, node, wanted, progress, signal);
    const statistics = statisticsOf(rounds);
    if (values.json === true) output.line(JSON.stringify({ node, rounds: rounds.length, ...statistics, records: rounds }, readable, 2));
    else if (!statistics) output.line(`Node ${node} has not finished a round yet.`);
    else {
      if (short === 'stopped') output.line(`Node ${node} does not run any more.`);
      const paint = (bar: string, overBudget: boolean): string => output.coloured(overBudget ? 'yellow' : 'green', bar);
      output.text(`${profileLines(node, statistics, { width: output.width, l10n: english, paint }).join('\n')}\n`);
    }
  },
};

function wantedRounds(text: Invocation['values'][string]): number {
  if (text === undefined) return ROUNDS;
  const count = /^\d{1,9}$/.test(String(text)) ? Number(text) : 0;
  if (count < 1 || count > MOST_ROUNDS) throw usageError(`'${text}' is not a number of rounds from 1 to ${MOST_ROUNDS} (--rounds).`, profile);
  return count;
}

/** Says that it waits once it does. */
function progressOf({ output }: Invocation, node: number, wanted: number): (have: number) => void {
  let began = false;
  return (have) => {
    const text = `Measuring node ${node}: ${have} of ${wanted} rounds`;
    if (began) output.progressed(text);
    else output.progress(text);
    began = true;
  };
}

const readable = (_: string, value: unknown): unknown => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value);
