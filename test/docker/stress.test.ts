import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAST, nodeContract } from '../process/support/contracts';
import { User } from '../process/support/users';
import { TestDebugger } from '../support/debugger';
import { randomGenerator } from '../support/random';
import { DockerCluster } from './support/cluster';

// Debugging that begins and ends at any moment of any contract process, without breaking one.

const TIMES = process.env.HOTPOCKET_TEST_LONG ? 200 : 15;
const READERS = 3;
const seed = Number(process.env.HOTPOCKET_TEST_SEED ?? Date.now() % 1_000_000);
let cluster: DockerCluster;
let source: string;

beforeAll(async () => {
  cluster = await DockerCluster.open();
  const path = await nodeContract(cluster, 'notes', FAST);
  source = readFileSync(join(path, 'index.js'), 'utf8');
  await cluster.deploy(path);
  await cluster.advance();
});
afterAll(() => cluster.dispose());

it(`begins and ends debugging ${TIMES} times while processes are started all the time (seed ${seed})`, async () => {
  const random = randomGenerator(seed);
  const users = await Promise.all(Array.from({ length: READERS }, () => User.connect(cluster, 2, { protocol: 'bson' })));
  let over = false;
  let answers = 0;
  const readers = users.map(async (user) => {
    for (; !over; answers++) expect(await user.read('notes')).toMatch(/^no notes/);
  });
  let debugged = 0;
  for (let i = 0; i < TIMES; i++) {
    const tester = await TestDebugger.arm(cluster.another(), source, { node: 2, rounds: 'all', runs: random(2) ? 'both' : 'consensus' }, ['async function contract']);
    await sleep(random(1_500));
    debugged += tester.debuggees.length;
    // By the window that is closed every other time.
    if (random(2)) await tester.disarm();
    tester.dispose();
    await sleep(random(300));
  }
  over = true;
  await Promise.all(readers);
  await Promise.all(users.map((user) => user.close()));
  await cluster.advance(2);
  cluster.requireSameLedgers();
  expect(cluster.log(2)).not.toMatch(/prematurely|[Dd]ebugger/);
  expect(debugged).toBeGreaterThan(TIMES / 5);
  expect(answers).toBeGreaterThan(TIMES);
}, 1_800_000);
