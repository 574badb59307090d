// The real engine's figures, by the id of ours; in the same unit.

/**
 * @typedef {{ readonly from: number, readonly to: number }} Recorded
 * @typedef {{ readonly source: string, readonly figures: Readonly<Record<string, Recorded>> }} RealEngine
 */

/** Where there is no real engine to be measured anew: what a cluster of it once did. */
const recorded = {
  source: 'a recording: hpcore 0.6.4 and hpdevkit 0.6.9 on Docker, 2 cores, round time 2000 ms',
  figures: {
    'deploy3.ledger': { from: 12.0, to: 12.9 },
    'deploy5.ledger': { from: 22.0, to: 22.0 },
    'redeploy3.ledger': { from: 11.3, to: 11.8 },
    'stop3of3.command': { from: 1.2, to: 1.2 },
    'start3of3.ledger': { from: 6.0, to: 6.0 },
    'start5of5.rounds': { from: 7.75, to: 7.75 },
    'clean.command': { from: 12, to: 13 },
    'read.answer': { from: 120, to: 194 },
    'input.accepted': { from: 1.6, to: 2.5 },
    'rounds600.skipped': { from: 22, to: 22 },
    'node.memory': { from: 7, to: 8 },
  },
};

/**
 * What to put beside our figures. A machine with a Docker daemon and the images can measure here: the parts only need a cluster that does what
 * `BenchCluster` (cluster.mjs) does.
 * @returns {Promise<RealEngine>}
 */
export const realEngine = () => Promise.resolve(recorded);
