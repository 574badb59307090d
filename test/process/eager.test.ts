import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliCluster, until } from './support/cliCluster';
import { nodeContract } from './support/contracts';
import { User } from './support/users';

// Eager rounds (ARCHITECTURE.md, difference x), on three nodes at the round time that new clusters have.

const ROUND_MS = 2_000;
const NODES = [1, 2, 3];
const cluster = new CliCluster({ size: 3, userPort: 18_151, peerPort: 28_151 });
let user: User;
let inputs = 0;

const connect = async (node: number): Promise<User> => User.connect(cluster, node, { trustedServerKeys: (await cluster.status()).nodes.map(({ publicKey }) => publicKey) });

/** Hands in an input and waits for what the contract says about it. Returns ms. */
async function answered(by: User): Promise<number> {
  const text = `input ${++inputs}`;
  const begin = performance.now();
  const [status] = await by.submit(text);
  await by.receives(`noted ${text}`);
  const took = performance.now() - begin;
  expect((await status)?.status).toBe('accepted');
  return took;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The median of some, at moments that have nothing to do with the round time. On the grid none is shorter than a round. */
async function answers(by: User, count: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    await wait(Math.random() * 500);
    times.push(await answered(by));
  }
  return median(times);
}

async function timesOfLedgers(by: User, from: number, to: number): Promise<number[]> {
  const times: number[] = [];
  for (let seqNo = from; seqNo <= to; seqNo++) {
    const ledger = await by.client.getLedgerBySeqNo(seqNo, false, false);
    if (ledger) times.push(ledger.timestamp);
  }
  return times;
}

beforeAll(async () => {
  await cluster.deploy(await nodeContract(cluster, 'notes'));
  await cluster.advance(NODES, 1);
  user = await connect(1);
});
afterAll(async () => {
  await user.close();
  await cluster.dispose();
});

describe.sequential('rounds', () => {
  it('are on the grid until they are switched, while the cluster runs', async () => {
    expect(await cluster.ok('rounds')).toBe('grid\n');
    // Into a ledger and back takes the rest of this round and a whole one.
    expect(await answered(user)).toBeGreaterThan(ROUND_MS);
    expect(await cluster.ok('rounds', 'eager')).toContain('Rounds start as soon as there is a reason to.');
    expect(await cluster.ok('rounds')).toBe('eager\n');
    expect(await cluster.ok('status')).toContain('round time 2000 ms, eager rounds');
    // The first one may fall into the moment of the switch.
    await answered(user);
    expect(await answers(user, 7)).toBeLessThan(ROUND_MS);
    cluster.requireSameLedgers(NODES);
  });

  it('start once each round time when nothing happens, and their times rise', async () => {
    const before = cluster.last(2);
    const begin = performance.now();
    await cluster.reached(2, before + 5);
    const after = cluster.last(2);
    // The first may have been due, and one that was late makes the next one quick.
    expect(after - before).toBeLessThanOrEqual((performance.now() - begin) / ROUND_MS + 2);
    const times = await timesOfLedgers(user, 2, after);
    for (const [i, time] of times.entries()) expect(time - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(20);
  });

  it('stay eager for a node that starts again, and for one that is added under load', async () => {
    await cluster.ok('stop', '3');
    await cluster.ok('start', '3');
    await cluster.advance(NODES, 1);
    let loaded = true;
    const load = (async () => {
      while (loaded) await answered(user);
    })();
    await cluster.ok('spawn');
    await cluster.reached(4, cluster.last(1) + 3);
    loaded = false;
    await load;
    await cluster.advance([...NODES, 4], 1);
    // Its users' inputs and outputs start rounds, too, although it has no vote.
    const follower = await connect(4);
    await answered(follower);
    expect(await answers(follower, 5)).toBeLessThan(ROUND_MS);
    await follower.close();
  });

  it('stay eager when the supervisor is killed', async () => {
    const pids = await Promise.all(NODES.map((node) => cluster.pid(node)));
    process.kill(await cluster.supervisor(), 'SIGKILL');
    await user.close();
    await until('the nodes to stop', 20_000, async () => ((await cluster.processes()).every((line) => !pids.some((pid) => Number.parseInt(line, 10) === pid)) ? true : undefined));
    expect(await cluster.ok('rounds')).toBe('eager\n');
    const marks = NODES.map((node) => cluster.mark(node));
    await cluster.ok('start');
    for (const [i, node] of NODES.entries()) await cluster.logged(node, /Ledger created/, marks[i]);
    user = await connect(2);
    await answered(user);
    expect(await answers(user, 5)).toBeLessThan(ROUND_MS);
  });

  it('stay eager over a deployment, and go back to the grid', async () => {
    await user.close();
    await cluster.deploy(await nodeContract(cluster, 'notes'));
    await cluster.advance([...NODES, 4], 1);
    user = await connect(3);
    expect(await cluster.ok('rounds')).toBe('eager\n');
    await answered(user);
    expect(await answers(user, 7)).toBeLessThan(ROUND_MS);

    expect(await cluster.ok('rounds', 'grid')).toContain('Rounds start on the grid.');
    await answered(user);
    const from = cluster.last(3) + 1;
    const [status] = await user.submit('on the grid');
    await user.receives('noted on the grid');
    expect((await status)?.status).toBe('accepted');
    await cluster.advance([...NODES, 4], 2);
    const times = await timesOfLedgers(user, from, cluster.last(3));
    expect(times.length).toBeGreaterThanOrEqual(3);
    expect(new Set(times.map((time) => time % ROUND_MS)).size).toBe(1);
  });
});
