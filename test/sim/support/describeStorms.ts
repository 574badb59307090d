import { afterAll, describe, expect, it } from 'vitest';
import type { RoundsMode } from '../../../src/base/rounds';
import { lostInputs, repeated } from '../../support/properties';
import { FAULTS, storm, type Fault } from './storm';

const LONG = 2_000;
const SCHEDULES = 200;
/** In fewer some kind of fault may well not strike. */
const MANY = 40;

/** Declares the tests of clusters of these sizes, many more of them in the long form; counts faults, and forks by the faults of their schedules. */
export function describeStorms(sizes: readonly number[], rounds: RoundsMode | 'switched' = 'grid', schedules = SCHEDULES): void {
  const ofEach = process.env.HOTPOCKET_TEST_LONG ? LONG : schedules;
  const seen = new Map<Fault, { schedules: number; forked: number }>(FAULTS.map((fault) => [fault, { schedules: 0, forked: 0 }]));
  let run = 0;
  let forked = 0;
  let forks = 0;

  describe.each(sizes)('a cluster of %i after a storm of faults', (size) => {
    const seeds = Array.from({ length: ofEach }, (_, i) => size * 10_000 + i);

    it.each(seeds)('agrees again within five rounds and moves on, each input done once (seed %i)', (seed) => {
      const { cluster, struck } = storm(size, seed, rounds);
      const { nodes } = cluster;
      cluster.runRounds(5);
      const before = cluster.members[0]!.last.seqNo;
      cluster.runRounds(3);
      const say = cluster.report();
      run++;
      forks += cluster.forks().length;
      if (cluster.forks().length > 0) forked++;
      for (const fault of struck) {
        const count = seen.get(fault)!;
        count.schedules++;
        if (cluster.forks().length > 0) count.forked++;
      }
      const { last, states } = cluster.agreement();
      expect(last.size, say).toBe(1);
      expect(states.size, say).toBe(1);
      expect(cluster.members[0]!.last.seqNo - before, say).toBeGreaterThanOrEqual(3);
      // A run that takes effect twice, a fork without a word, a reverted input that is not proposed again.
      expect(cluster.violations, say).toEqual([]);
      const executed = nodes[0]!.disk.log;
      expect(repeated(executed), say).toEqual([]);
      const inputs = cluster.submitted.map(({ hash, text }) => ({ text, accepted: nodes.some((n) => n.accepted.has(hash)), reverted: nodes.some((n) => n.reverted.has(hash)) }));
      expect(lostInputs(inputs, executed), say).toEqual([]);
    });
  });

  afterAll(() => {
    const kinds = [...seen].map(([fault, n]) => `${fault} ${n.schedules} (${n.forked} forked)`);
    console.log(`${run} schedules of ${sizes.join(', ')} nodes, rounds ${rounds}; ${forks} forks in ${forked} of them. Schedules with: ${kinds.join(', ')}`);
    const wanted = sizes.some((size) => size >= 5) ? FAULTS : FAULTS.filter((fault) => fault !== 'silent member');
    if (run >= MANY && run === sizes.length * ofEach) expect(wanted.filter((fault) => seen.get(fault)!.schedules === 0)).toEqual([]);
  });
}
