import { expect, it } from 'vitest';
import { SimCluster } from './support/simCluster';

it('a node that can not vote takes over the round time of those it hears', () => {
  const cluster = new SimCluster({ size: 5, seed: 1, otherRoundTime: 2_800 });
  const { members } = cluster;
  // Three of five: not enough to go on, so that five rounds in a row are unreliable. Two of them agree on the round time.
  for (const node of members.slice(2)) node.start();
  cluster.runRounds(12);
  expect(members[4]!.lines, cluster.report()).toContain('New time config detected:200025 previous:280025');
});
