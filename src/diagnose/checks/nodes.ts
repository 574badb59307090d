import { HotPocketError } from '../../base/errors';
import type { NodeStatusInfo } from '../../cluster/engine';
import type { Check, Finding, Surroundings } from '../finding';
import { together } from '../troubles/clusterTroubles';
import { NodeTroubles } from '../troubles/nodeTroubles';
import type { Trouble } from '../troubles/recognise';

/** Enough for what is said in every round. */
const TAIL = 300;

/** The cluster, if there is one, and what its nodes' logs tell of. */
export const nodes: Check = {
  title: (l10n) => l10n.t('Cluster'),
  async run(surroundings, notes) {
    const { engine, l10n } = surroundings;
    const status = await engine.status();
    if (!status) return notes.fact(l10n.t('There is none yet.'));
    const running = status.nodes.filter(({ state }) => state.kind === 'running').length;
    notes.fact(l10n.t('{0}: {1} of {2} nodes run, {3} votes are needed', status.home, running, status.nodes.length, status.quorum.needed));
    for (const node of status.nodes) {
      const error = problemOf(node);
      if (error) notes.found('problem', error);
    }
    for (const finding of await troubles(surroundings, status.nodes)) notes.found(finding.severity, finding.error);
  },
};

async function troubles({ engine, signal, l10n }: Surroundings, all: readonly NodeStatusInfo[]): Promise<Finding[]> {
  const read = all.filter(({ state }) => state.kind !== 'stopped').map(async ({ node }): Promise<[number, readonly Trouble[]]> => {
    const log = new NodeTroubles();
    // A log that cannot be read tells nothing; that is no trouble of the cluster.
    await engine.logs(node, { tail: TAIL, follow: false, signal }, (text) => log.text(text)).catch(() => undefined);
    return [node, log.current];
  });
  return together(new Map(await Promise.all(read))).map(({ severity, nodes: where, ...error }) => ({ severity, error: { ...error, message: l10n.t('{0} (nodes {1})', error.message, where.join(', ')) } }));
}

function problemOf({ node, state, logFile }: NodeStatusInfo): HotPocketError | undefined {
  if (state.kind === 'crashed') return new HotPocketError('NODE_ENDED', { node, exit: state.exit, log: logFile });
  if (state.kind === 'paused') return new HotPocketError('NODE_PAUSED', { node });
  if (state.kind === 'stopped' && state.interrupted) return new HotPocketError('NODE_INTERRUPTED', { node });
  return undefined;
}
