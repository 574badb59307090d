import { loadHash } from '../../../src/hotpocket/hash';
import { SimCluster } from '../../../test/sim/support/simCluster';
import { userKeyOf } from '../../../test/sim/support/simNode';

export interface Simulated {
  /** Of simulated rounds in a second of ours. */
  readonly roundsPerSecond: number;
  /** Sent from node to node in a round. */
  readonly messages: number;
}

/** Nodes that find each other and settle. */
const WARM_UP = 5;

/** The simulation of the tests, with a good network, an input in each round, and the consensus code of real nodes. Throws if a round is skipped. */
export async function simulate(size: number, seed: number, rounds: number): Promise<Simulated> {
  await loadHash();
  const cluster = new SimCluster({ size, seed });
  cluster.start();
  cluster.world.after(1_000, () => cluster.nodes[0]!.connectUsers([userKeyOf(0)]));
  cluster.runRounds(WARM_UP);
  const [before, sent] = [cluster.nodes.map((node) => node.last.seqNo), cluster.network.sent];
  const begin = performance.now();
  for (let round = 0; round < rounds; round++) {
    cluster.submit(cluster.nodes[0]!);
    cluster.runRounds(1);
  }
  const seconds = (performance.now() - begin) / 1000;
  const behind = cluster.nodes.findIndex((node, i) => node.last.seqNo !== before[i]! + rounds);
  if (behind >= 0 || cluster.forks().length > 0) throw new Error(`The simulation did not go as it should.\n${cluster.report()}`);
  return { roundsPerSecond: rounds / seconds, messages: (cluster.network.sent - sent) / rounds };
}
