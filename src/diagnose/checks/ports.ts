import { portBlock, requireFreePorts, type PortBlock } from '../../cluster/ports';
import { listenHosts } from '../../cluster/embedded/nodeJs';
import type { ClusterStatus, NodeStatusInfo } from '../../cluster/engine';
import type { Check, Surroundings } from '../finding';

/** The ports of nodes that do not run, or of those that a new cluster would have. */
export const ports: Check = {
  title: (l10n) => l10n.t('Ports'),
  async run(surroundings, notes) {
    const { engine, l10n, defaults } = surroundings;
    // That it cannot be looked at is said by the check of nodes.
    const status = await engine.status().catch(() => undefined);
    const { users, peers, size } = status ? ofCluster(status) : ofNewCluster(defaults());
    if (users.ports.length === 0) return notes.fact(l10n.t('All nodes have theirs.'));
    if (status?.nodes.some(({ host = 'localhost' }) => host !== 'localhost')) return notes.fact(l10n.t('They are on another machine, where they cannot be tried from here.'));
    await requireFreePorts(users, onThisMachine(surroundings, peers), hosts(surroundings), size, status !== undefined);
    notes.fact(l10n.t('Free: {0} for users, {1} for peers', rangeText(users), rangeText(peers)));
  },
};

interface Wanted {
  readonly users: PortBlock;
  readonly peers: PortBlock;
  /** Of the whole cluster. */
  readonly size: number;
}

function ofCluster({ nodes }: ClusterStatus): Wanted {
  const idle = nodes.filter(({ state }) => state.kind === 'stopped' || state.kind === 'crashed');
  const block = (use: PortBlock['use'], port: (node: NodeStatusInfo) => number): PortBlock => ({ use, ports: idle.map((node) => ({ node: node.node, port: port(node) })) });
  return { users: block('users', ({ userPort }) => userPort), peers: block('peers', ({ peerPort }) => peerPort), size: nodes.length };
}

function ofNewCluster({ size, userPortBegin, peerPortBegin }: ReturnType<Surroundings['defaults']>): Wanted {
  return { users: portBlock('users', userPortBegin, size), peers: portBlock('peers', peerPortBegin, size), size };
}

/** Containers have peer ports of their own. */
const onThisMachine = ({ engine }: Surroundings, peers: PortBlock): PortBlock => (engine.kind === 'docker' ? { ...peers, ports: [] } : peers);

const hosts = ({ engine, env }: Surroundings): readonly string[] => (engine.kind === 'docker' ? [env.HOTPOCKET_BIND?.split(',')[0] || '0.0.0.0'] : listenHosts(env));

function rangeText({ ports: block }: PortBlock): string {
  const numbers = block.map(({ port }) => port);
  const [first, last] = [Math.min(...numbers), Math.max(...numbers)];
  return last - first === numbers.length - 1 && last > first ? `${first}–${last}` : numbers.join(', ');
}
