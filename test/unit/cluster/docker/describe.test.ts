import { describe, expect, it } from 'vitest';
import type { DockerCluster } from '../../../../src/cluster/docker/cluster';
import { describeCluster } from '../../../../src/cluster/docker/describe';
import { keepsRaw, nodeConfigView } from '../../../../src/cluster/docker/nodeConfigView';
import { NO_FACTS, withText } from '../../../../src/cluster/docker/watch/facts';

const CONTRACT_ID = '3c349abe-4d70-4f50-9fa6-018f1f2530ab';
/** Of this contract id with rounds of 2 s: 8317652129716230401 mod 2000 (reference 3.2). */
const OFFSET = 401;

interface Changes {
  readonly node?: object;
  readonly consensus?: object;
}
const config = ({ node, consensus }: Changes = {}) => nodeConfigView(JSON.stringify({
  node: { public_key: 'edaa', role: 'validator', ...node },
  contract: { id: CONTRACT_ID, unl: ['edaa', 'edbb', 'edcc'], bin_path: 'x', bin_args: '', consensus: { roundtime: 2000, threshold: 80, ...consensus } },
  mesh: { port: 22861 },
  user: { port: 8081 },
}));

describe('missing votes in a container', () => {
  const clusterOf = (changes?: Changes): DockerCluster => ({ nodes: [{ node: 1, container: undefined, debugged: false, config: config(changes) }], image: '', stamp: undefined, operation: undefined });
  /** A line as hpcore writes it in a container, in UTC. */
  const line = (into: number, message: string): string => {
    const text = new Date(Date.UTC(2026, 4, 1, 12, 0, 0) + OFFSET + into).toISOString();
    return `${text.slice(0, 10).replaceAll('-', '')} ${text.slice(11, 23)} [inf][hpc] ${message}\n`;
  };
  const votes = (text: string, changes?: Changes, roundTime?: number) => describeCluster(clusterOf(changes), () => withText({ ...NO_FACTS, ...(roundTime !== undefined && { roundTime }) }, text), 'localhost').nodes[0]?.votes;
  const MISSING = 'Not enough peers proposing to perform consensus. votes:2 needed:3';

  it.each([[503, 1], [1001, 2], [1502, 3]])('are of the stage that began %i ms into the round: %i', (into, stage) => {
    // 2026-05-01 12:00 is a multiple of two seconds.
    expect(votes(line(into, MISSING))).toEqual({ received: 2, needed: 3, stage });
  });

  it('are of the last stage when they were too different to close a ledger', () => {
    expect(votes(line(2, 'Cannot close ledger. Possible fork condition. won:1 needed:3'))).toEqual({ received: 1, needed: 3, stage: 3 });
  });

  it('go by the slice of the configuration, and by the round time that the observer was told', () => {
    expect(votes(line(503, MISSING), { consensus: { stage_slice: 20 } })?.stage).toBe(3);
    expect(votes(line(801, MISSING), { consensus: { stage_slice: 20 } })?.stage).toBe(1);
    // Of 1 s: the offset is the same, mod 1000.
    expect(votes(line(503, MISSING), {}, 1000)?.stage).toBe(2);
  });

  it('have no stage where the configuration cannot be read', () => {
    const [node] = clusterOf().nodes;
    const broken = { ...clusterOf(), nodes: [{ ...node!, config: nodeConfigView('{') }] };
    expect(describeCluster(broken, () => withText(NO_FACTS, line(503, MISSING)), 'localhost').nodes[0]?.votes).toEqual({ received: 2, needed: 3 });
  });
});

it('knows which nodes keep inputs and outputs', () => {
  const nodes = [{}, { history: 'custom', history_config: { max_primary_shards: 1, max_raw_shards: 0 } }, { history_config: { max_raw_shards: 1 } }, { history: 'full' }];
  expect(nodes.map((node) => keepsRaw(config({ node })))).toEqual([false, false, true, true]);
});
