import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { randomGenerator } from '../support/random';
import { until } from '../support/until';
import { Debugging } from './support/debugging';

// Debugging that begins and ends at any moment of any contract process, without breaking one.

const TIMES = process.env.HOTPOCKET_TEST_LONG ? 60 : 15;
const READERS = 3;
const seed = Number(process.env.HOTPOCKET_TEST_SEED ?? Date.now() % 1_000_000);
const debugging = new Debugging();

it(`begins and ends debugging ${TIMES} times while processes are started all the time (seed ${seed})`, async () => {
  const random = randomGenerator(seed);
  const users = await Promise.all(Array.from({ length: READERS }, () => debugging.connect(2)));
  let over = false;
  let answers = 0;
  const readers = users.map(async (user) => {
    for (; !over; answers++) expect(await user.read('notes')).toMatch(/^no notes/);
  });
  let debugged = 0;
  for (let i = 0; i < TIMES; i++) {
    const tester = await debugging.debug({ node: 2, rounds: 'all', runs: random(2) ? 'both' : 'consensus' }, ['async function contract']);
    // Every other time a process is at work by then.
    if (random(2)) await until('a process to be debugged', 30_000, () => tester.debuggees[0]);
    await sleep(random(500));
    debugged += tester.debuggees.length;
    // By the window that is closed every other time.
    if (random(2)) await tester.disarm();
    tester.dispose();
    await sleep(random(300));
  }
  over = true;
  await Promise.all(readers);
  await debugging.cluster.advance(2);
  expect(debugged).toBeGreaterThan(TIMES / 5);
  expect(answers).toBeGreaterThan(TIMES);
}, 900_000);
