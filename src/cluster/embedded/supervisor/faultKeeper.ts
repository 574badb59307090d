import { HotPocketError } from '../../../base/errors';
import type { ClusterFaults, LinkFault, NodeFaults } from '../../../base/faults';
import { millisecondsText } from '../../../base/quantities';
import type { NodeRecord } from '../clusterFile';

const LONGEST_DELAY_MS = 60_000;
const FARTHEST_CLOCK_MS = 3_600_000;

/** What is done to the nodes on purpose. In memory only: nobody should find a cluster that is bad, and not know of it. */
export class FaultKeeper {
  /** Undefined while there are none. */
  current: ClusterFaults | undefined;
  private keys = new Map<number, string>();

  constructor(private readonly tell: (node: number, faults: NodeFaults) => void, private readonly changed: (faults: ClusterFaults) => void) {}

  /** In place of what was set before, at all nodes; those that start later ask. Throws FAULTS_INVALID, NODE_NOT_FOUND. */
  set(faults: ClusterFaults, nodes: readonly Pick<NodeRecord, 'node' | 'publicKey'>[]): void {
    const { links = [], clocks = [] } = faults;
    this.keys = new Map(nodes.map(({ node, publicKey }) => [node, publicKey]));
    for (const link of links) requireValid(link);
    for (const { ahead } of clocks) if (!(Math.abs(ahead) <= FARTHEST_CLOCK_MS)) throw new HotPocketError('FAULTS_INVALID', { problem: `a clock cannot be ${millisecondsText(ahead)} ahead.` });
    for (const node of [...links.flatMap(({ from = [], to = [] }) => [...from, ...to]), ...clocks.map((clock) => clock.node)]) this.key(node);
    this.current = links.length + clocks.length > 0 ? faults : undefined;
    for (const { node } of nodes) this.tell(node, this.part(node, faults));
    this.changed(faults);
  }

  /** Of a node that starts; undefined if there is nothing to tell it. */
  of(node: number): NodeFaults | undefined {
    return this.current && this.part(node, this.current);
  }

  clear(): void {
    this.current = undefined;
  }

  private part(node: number, { links = [], clocks = [] }: ClusterFaults): NodeFaults {
    return {
      links: links.filter(({ from }) => from?.includes(node) ?? true).map(({ from: _, to, ...link }) => ({ ...link, ...(to && { to: to.map((one) => this.key(one)) }) })),
      clockAhead: clocks.find((clock) => clock.node === node)?.ahead ?? 0,
    };
  }

  private key(node: number): string {
    const key = this.keys.get(node);
    if (key === undefined) throw new HotPocketError('NODE_NOT_FOUND', { node, count: this.keys.size });
    return key;
  }
}

function requireValid({ drop = 0, delay: [least, most] = [0, 0] }: LinkFault): void {
  // Written so that what is no number fails, too.
  if (!(drop >= 0 && drop <= 1)) throw new HotPocketError('FAULTS_INVALID', { problem: `a message cannot be lost with a chance of ${drop}.` });
  if (!(least >= 0 && least <= most && most <= LONGEST_DELAY_MS)) throw new HotPocketError('FAULTS_INVALID', { problem: `a message cannot be ${least} to ${millisecondsText(most)} late.` });
}
