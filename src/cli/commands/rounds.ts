import { isRoundsMode } from '../../base/rounds';
import { HotPocketError } from '../../base/errors';
import { CLUSTER_NAME } from '../../cluster/paths';
import { requireAtMost, usageError, watchedTask, type Command } from '../command';

export const rounds: Command = {
  name: 'rounds',
  usage: '[eager|grid]',
  summary: 'Say or switch when rounds start.',
  details: [
    'grid: at fixed times, one each round time, as in production.',
    'eager: as soon as there is an input, or an output for a user; at the latest at the round time. Nothing else is different.',
    'A running cluster switches at once. The mode stays over restarts and deployments, until the cluster is cleaned.',
  ],
  async run(invocation) {
    const { engine, output, positionals } = invocation;
    requireAtMost(1, positionals, rounds);
    const [mode] = positionals;
    if (mode === undefined) {
      const status = await engine.status();
      if (!status) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: CLUSTER_NAME });
      return output.line(status.rounds);
    }
    if (!isRoundsMode(mode)) throw usageError(`Rounds are eager or grid, not '${mode}'.`, rounds);
    output.info('command: rounds (cluster: default)');
    await engine.setRounds(mode, watchedTask(invocation));
    output.success(mode === 'eager' ? 'Rounds start as soon as there is a reason to.' : 'Rounds start on the grid.');
  },
};
