/**
 * What is done to a cluster on purpose, to see what becomes of it: client → supervisor → node, all of it JSON. Whoever says nothing of it
 * pays nothing for it.
 */

/** What becomes of the messages between nodes. Those of the connection itself are not meant: a link that is cut looks as if the other side were silent. */
export interface LinkFault {
  /** Chance that a message is lost, 0 to 1. With 1 the link is cut. */
  readonly drop?: number;
  /** How much later a message arrives, ms, at least and at most. Messages do not overtake each other. */
  readonly delay?: readonly [least: number, most: number];
}

/** For a whole cluster; nodes by their numbers. What is set replaces all that was set before. */
export interface ClusterFaults {
  /** Of several that fit a link, the first counts. */
  readonly links?: readonly (LinkFault & {
    /** Senders; all if absent. */
    readonly from?: readonly number[];
    /** Receivers; all if absent. */
    readonly to?: readonly number[];
  })[];
  /** How far the clocks of nodes are ahead of the cluster's time, ms; behind if negative. */
  readonly clocks?: readonly { readonly node: number; readonly ahead: number }[];
}

/** The part of it that one node has to know. */
export interface NodeFaults {
  readonly links: readonly (LinkFault & {
    /** Public keys of receivers; all if absent. */
    readonly to?: readonly string[];
  })[];
  readonly clockAhead: number;
}

export const NO_FAULTS: NodeFaults = { links: [], clockAhead: 0 };
