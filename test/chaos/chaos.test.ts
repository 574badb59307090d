import { describe, expect, it } from 'vitest';
import { runChaos } from './chaos';
import { FAULT_KINDS, type FaultKind } from './faults';
import { reportOf } from './report';

// The long form: `npm run chaos -- --minutes 5 --seed 7`. A third of the time each for clusters of 3, 5 and 7 nodes.

const MINUTES = Number(process.env.HOTPOCKET_CHAOS_MINUTES ?? 5);
const SEED = Number(process.env.HOTPOCKET_CHAOS_SEED ?? 1);
const SIZES = (process.env.HOTPOCKET_CHAOS_SIZES ?? '3,5,7').split(',').map(Number);
const KINDS = process.env.HOTPOCKET_CHAOS_KINDS?.split(',').map(kindNamed);
/** Deployment and checks come on top. */
const SECONDS = Math.round((MINUTES * 60) / SIZES.length);
/** More nodes need more of the machine: their contracts all run at once. */
const roundTime = (size: number): number => (size > 3 ? 2000 : 1000);

function kindNamed(name: string): FaultKind {
  const kind = FAULT_KINDS.find((known) => known === name);
  if (!kind) throw new Error(`'${name}' is no kind of fault: ${FAULT_KINDS.join(', ')}.`);
  return kind;
}

describe.sequential(`${SECONDS} s of faults (seed ${SEED})`, () => {
  it.each(SIZES)('a cluster of %i loses nothing and goes on', async (size) => {
    const result = await runChaos({ seed: SEED * 100 + size, size, seconds: SECONDS, roundTime: roundTime(size), userPort: 17_920, peerPort: 17_950, users: 4, everyMs: 500, ...(KINDS && { kinds: KINDS }) });
    const struck = [...result.struck].map(([kind, count]) => `${kind} ${count}`).join(', ');
    console.log(`${size} nodes, seed ${SEED}: ${result.summary}\nFaults: ${struck}`);
    expect(result.problems, reportOf(result)).toEqual([]);
  }, (SECONDS + 600) * 1000);
});
