import { HotPocketError } from '../../base/errors';
import type { NodeStatusInfo } from '../../cluster/engine';
import type { Check } from '../finding';

/** The cluster, if there is one. */
export const nodes: Check = {
  title: (l10n) => l10n.t('Cluster'),
  async run({ engine, l10n }, notes) {
    const status = await engine.status();
    if (!status) return notes.fact(l10n.t('There is none yet.'));
    const running = status.nodes.filter(({ state }) => state.kind === 'running').length;
    notes.fact(l10n.t('{0}: {1} of {2} nodes run, {3} votes are needed', status.home, running, status.nodes.length, status.quorum.needed));
    for (const node of status.nodes) {
      const error = problemOf(node);
      if (error) notes.found('problem', error);
    }
  },
};

function problemOf({ node, state, logFile }: NodeStatusInfo): HotPocketError | undefined {
  if (state.kind === 'crashed') return new HotPocketError('NODE_ENDED', { node, exit: state.exit, log: logFile });
  if (state.kind === 'paused') return new HotPocketError('NODE_PAUSED', { node });
  if (state.kind === 'stopped' && state.interrupted) return new HotPocketError('NODE_INTERRUPTED', { node });
  return undefined;
}
