import type { ClusterView } from './clusterModel';
import { isActive, isStartable, isStoppable } from './summary';

/** Keys for `when` and `enablement` in package.json; a test compares the two. */
export interface ContextKeys {
  /** There is a cluster, whether it runs or not. */
  'hotpocket.clusterExists': boolean;
  /** A node runs, starts or stops, or will without anybody asking. */
  'hotpocket.anyRunning': boolean;
  /** A node is stopped or crashed. */
  'hotpocket.anyStopped': boolean;
  /** The cluster was looked for; before that a view says nothing. */
  'hotpocket.ready': boolean;
}

/** Keys for welcome views and the walkthrough: what there is in this window, and what was done in it. */
export interface JourneyKeys {
  /** There is a contract in the workspace. */
  'hotpocket.contractFound': boolean;
  /** A contract was deployed to a cluster that was there. */
  'hotpocket.deployedAgain': boolean;
  /** An input of the client console was accepted. */
  'hotpocket.inputAccepted': boolean;
  /** A contract stood still in the debugger. */
  'hotpocket.breakpointHit': boolean;
}

/** What the keys are while the cluster is seen like this. */
export function contextOf(view: ClusterView): ContextKeys {
  const nodes = view.kind === 'cluster' ? view.status.nodes : [];
  return {
    'hotpocket.clusterExists': view.kind === 'cluster',
    'hotpocket.anyRunning': nodes.some(({ state }) => isActive(state) || isStoppable(state)),
    'hotpocket.anyStopped': nodes.some(({ state }) => isStartable(state)),
    'hotpocket.ready': view.kind !== 'unknown',
  };
}
