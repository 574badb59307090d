import type { NodeState } from './engine';

/** The node runs, or will without anybody asking. */
export function runsOrWill(state: NodeState): boolean {
  return state.kind === 'starting' || state.kind === 'running' || (state.kind === 'crashed' && state.retryAt !== undefined);
}
