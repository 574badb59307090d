import { expect, it } from 'vitest';
import { runChaos } from '../chaos/chaos';
import type { FaultKind } from '../chaos/faults';
import { reportOf } from '../chaos/report';

// A short run of the chaos runner (test/chaos); `npm run chaos` is the long one.

const KINDS: readonly FaultKind[] = ['kill node', 'stop node', 'kill contract', 'stop contract', 'kill supervisor', 'cut off', 'delay', 'clock off', 'kill user'];
const SEED = Number(process.env.HOTPOCKET_CHAOS_SEED ?? 1);

it(`loses nothing and goes on whatever is killed or stopped (seed ${SEED})`, async () => {
  const result = await runChaos({ seed: SEED, size: 3, seconds: 14, roundTime: 1000, userPort: 18_941, peerPort: 28_941, users: 2, everyMs: 300, kinds: KINDS });
  const report = reportOf(result);
  expect(result.problems, report).toEqual([]);
  expect(KINDS.filter((kind) => !result.struck.has(kind)), report).toEqual([]);
});
