import { expect, it } from 'vitest';
import { FAULT_KINDS } from '../chaos/faults';
import { runChaos } from '../chaos/chaos';
import { reportOf } from '../chaos/report';

// A short run of the chaos runner (test/chaos); `npm run chaos` is the long one.

const SEED = Number(process.env.HOTPOCKET_CHAOS_SEED ?? 1);

it(`loses nothing and goes on whatever is killed or stopped (seed ${SEED})`, async () => {
  const result = await runChaos({ seed: SEED, size: 3, seconds: 30, roundTime: 1000, userPort: 18_941, peerPort: 28_941, users: 3, everyMs: 400 });
  const report = reportOf(result);
  console.log(result.summary);
  expect(result.problems, report).toEqual([]);
  expect(FAULT_KINDS.filter((kind) => !result.struck.has(kind)), report).toEqual([]);
});
