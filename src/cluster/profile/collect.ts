import { HotPocketError } from '../../base/errors';
import type { RoundProfile } from '../../base/roundProfile';
import type { ClusterEngine } from '../engine';
import { runsOrWill } from '../nodeState';
import { REMEMBERED_ROUNDS, RoundHistory } from './history';

export interface CollectedRounds {
  /** Oldest first; those with which a debugger had to do are not among them. */
  readonly rounds: readonly RoundProfile[];
  /** Why there are not as many as were wanted. */
  readonly short?: 'stopped' | 'interrupted';
}

/**
 * The last `wanted` rounds of a node. Waits for those that are not there yet, until the signal or the end of the node. Throws
 * NODE_NOT_RUNNING if there is none and will be none, and what `roundProfiles` throws.
 */
export async function collectRounds(engine: ClusterEngine, node: number, wanted: number, onRound: (have: number) => void, signal?: AbortSignal): Promise<CollectedRounds> {
  const history = new RoundHistory(Math.max(wanted, REMEMBERED_ROUNDS));
  const rounds = (): RoundProfile[] => history.of(node).filter(({ debugged }) => !debugged).slice(-wanted);
  let settle = (_short?: CollectedRounds['short']): void => {};
  const settled = new Promise<CollectedRounds['short']>((resolve) => (settle = resolve));
  let past = false;
  const count = (): void => {
    if (!past) return;
    const have = rounds().length;
    if (have >= wanted) settle();
    else onRound(have);
  };
  const look = async (): Promise<void> => {
    const state = (await engine.status())?.nodes.find((one) => one.node === node)?.state;
    if (!state || !runsOrWill(state)) settle('stopped');
  };
  // Events first, so that no round falls between.
  const subscription = engine.onDidChange((change) => {
    if (change.type === 'round' && change.node === node) {
      history.add(node, change.round);
      count();
    } else if (change.type === 'cluster' || (change.type === 'node' && change.node.node === node)) void look().catch(() => settle('stopped'));
  });
  const interrupt = (): void => settle('interrupted');
  signal?.addEventListener('abort', interrupt);
  try {
    history.addBefore(node, await engine.roundProfiles(node));
    past = true;
    if (signal?.aborted) interrupt();
    count();
    if (rounds().length < wanted) await look();
    const short = await settled;
    if (short === 'stopped' && rounds().length === 0) throw new HotPocketError('NODE_NOT_RUNNING', { node, what: 'there are no rounds of it to measure' });
    return { rounds: rounds(), ...(short && { short }) };
  } finally {
    subscription.dispose();
    signal?.removeEventListener('abort', interrupt);
  }
}
