import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUND_PHASES, type RoundProfile } from '../../src/base/roundProfile';
import type { Statistics } from '../../src/cluster/profile/statistics';
import { slowness } from '../../src/diagnose/troubles/clusterTroubles';
import { CliCluster } from './support/cliCluster';
import { nodeContract } from './support/contracts';
import { User } from './support/users';

// A contract that takes 200 ms, longer than a round has room for, and writes 20 MB in every other round.

interface Profile extends Statistics {
  readonly node: number;
  readonly records: readonly RoundProfile[];
}

const BIG_BYTES = 20_000_000;
const cluster = new CliCluster({ size: 1, userPort: 18_471, peerPort: 28_471 });
let records: readonly RoundProfile[];
let profile: Profile;

/** When the node said that it had created a ledger, ms since 1970. */
function saidAt(seqNo: number): number {
  const [, year, month, day, time] = new RegExp(`^(\\d{4})(\\d\\d)(\\d\\d) (\\S+) .*\\(lcl:${seqNo}-`, 'm').exec(cluster.log(1)) ?? [];
  return Date.parse(`${year}-${month}-${day}T${time}`);
}
const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

beforeAll(async () => {
  await cluster.deploy(await nodeContract(cluster, 'profiled', { consensus: { roundtime: 500 } }));
  profile = JSON.parse(await cluster.ok('profile', '--rounds', '5', '--json')) as Profile;
  records = profile.records;
});
afterAll(() => cluster.dispose());

describe.sequential('a round of a real contract', () => {
  it('is all there, from ledger to ledger as the log tells them', () => {
    expect(records.map(({ ledgerSeqNo }) => ledgerSeqNo)).toEqual([1, 2, 3, 4, 5]);
    for (const { phases, totalMs } of records) {
      expect(Math.abs(ROUND_PHASES.reduce((sum, phase) => sum + phases[phase], 0) - totalMs)).toBeLessThan(0.1);
    }
    for (const [i, { at, totalMs }] of records.slice(0, -1).entries()) expect(Math.abs(at + totalMs - (records[i + 1]?.at ?? 0))).toBeLessThanOrEqual(2);
    // Said right after it was written.
    expect(Math.abs(middle(records.map(({ ledgerSeqNo, at, phases }) => saidAt(ledgerSeqNo) - at - phases.commit)))).toBeLessThan(20);
  });

  it('is spent where the contract spends it', () => {
    for (const { phases, started } of records) {
      expect(started).toBe('read');
      // It reads its arguments, and then waits for 200 ms.
      expect(phases.run).toBeGreaterThanOrEqual(200);
    }
    // No Node.js starts in less. A node that is kept from looking at it cannot tell.
    expect(Math.max(...records.map(({ phases }) => phases.start))).toBeGreaterThan(10);
    expect(profile.contract.medianMs).toBeGreaterThan(210);
  });

  it('is hashed as far as files changed', () => {
    const files = ['index.js', 'runs.txt', 'big.bin'].length;
    const [even, odd] = [0, 1].map((rest) => records.filter(({ ledgerSeqNo }) => ledgerSeqNo % 2 === rest && ledgerSeqNo > 2));
    expect(even?.map((round) => round.files)).toEqual(even?.map(() => ({ looked: files, hashed: 2 })));
    expect(odd?.map((round) => round.files)).toEqual(odd?.map(() => ({ looked: files, hashed: 1 })));
    // No machine reads and hashes ten gigabytes a second.
    for (const { phases } of even ?? []) expect(phases.hash).toBeGreaterThan(BIG_BYTES / 10_000_000);
  });

  it('is said to be too short for it', async () => {
    expect(profile).toMatchObject({ node: 1, rounds: 5, roundTime: 500, advice: { budgetMs: 75, dominant: 'run' } });
    expect(slowness(profile.records)?.code).toBe('CONTRACT_TOO_SLOW');
    // The round that the contract misses the votes of is lost.
    expect(profile.total.medianMs).toBeGreaterThan(900);
    expect((await cluster.ok('profile', '--rounds', '5')).replaceAll('\n', ' ')).toMatch(/The contract needs \d{3,} ms, but a round has room for 75\.0 ms: ledgers come every \d{3,4} ms\. Most of it is its own work/);
  });

  it('has no room that it could exceed when rounds are eager', async () => {
    await cluster.ok('rounds', 'eager');
    const user = await User.connect(cluster, 1);
    try {
      const first = await user.accepted('starts a round');
      await user.accepted('starts another one');
      const eager = JSON.parse(await cluster.ok('profile', '--rounds', '1', '--json')) as Profile;
      expect(eager.ledgers.first).toBeGreaterThanOrEqual(first);
      expect(eager.records[0]).toMatchObject({ started: 'read', totalMs: eager.total.medianMs });
      expect(eager.records[0]).not.toHaveProperty('budgetMs');
      expect(eager).not.toHaveProperty('advice');
      expect(eager.phases.reduce((sum, { medianMs }) => sum + medianMs, 0)).toBeCloseTo(eager.total.medianMs, 1);
    } finally {
      await user.close();
      await cluster.ok('rounds', 'grid');
    }
  });

  it('has read requests apart', async () => {
    const user = await User.connect(cluster, 1);
    try {
      expect(await user.read('anything')).toBe('read');
      const at = cluster.last(1);
      // All rounds since the deployment, but as many of the first ones as end meanwhile: the one of the request is among them.
      const last = await cluster.advance([1]);
      const { reads, ledgers } = JSON.parse(await cluster.ok('profile', '--rounds', String(last - 1), '--json')) as Profile;
      expect(ledgers.last - ledgers.first).toBe(last - 2);
      expect(ledgers.last).toBeGreaterThanOrEqual(at);
      expect(reads).toMatchObject({ count: 1, meanMs: reads.longestMs });
      expect(reads.longestMs).toBeGreaterThan(10);
    } finally {
      await user.close();
    }
  });
});
