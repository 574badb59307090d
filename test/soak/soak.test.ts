import { expect, it } from 'vitest';
import { COLUMNS, soak, type Checkpoint } from './soak';

// A long life: `npm run soak -- --ledgers 10000`. Nothing may grow with it but the ledgers' own files, and those only up to their limit.

const LEDGERS = Number(process.env.HOTPOCKET_SOAK_LEDGERS ?? 2_000);
const PARTS = 10;
const MIB = 2 ** 20;

it(`${LEDGERS} ledgers with eager rounds leave memory, open files and the time of a start as they were`, async () => {
  console.log(`| ${COLUMNS.join(' | ')} |\n|${' --: |'.repeat(COLUMNS.length)}`);
  const { checkpoints, restarts: [early, late] } = await soak({ ledgers: LEDGERS, every: Math.round(LEDGERS / PARTS), userPort: 17_970, peerPort: 17_980, say: console.log });
  console.log(`Node 3 started in ms, early: ${early.map(Math.round).join(' ')}; at the end: ${late.map(Math.round).join(' ')}`);
  expect(checkpoints).toHaveLength(PARTS);
  // Heaps grow to the size that the load wants; what is looked for grows on.
  const [before, after] = [checkpoints.slice(2, PARTS / 2 + 1), checkpoints.slice(PARTS / 2 + 1)];
  const most = (part: readonly Checkpoint[], what: (checkpoint: Checkpoint) => number): number => Math.max(...part.map(what));
  for (const what of [({ node }: Checkpoint) => node.memory, ({ supervisor }: Checkpoint) => supervisor.memory, ({ host }: Checkpoint) => host.heap]) {
    expect(most(after, what)).toBeLessThan(most(before, what) * 1.1 + 2 * MIB);
  }
  for (const what of [({ node }: Checkpoint) => node.files, ({ supervisor }: Checkpoint) => supervisor.files, ({ host }: Checkpoint) => host.files]) {
    expect(most(after, what)).toBeLessThanOrEqual(most(before, what) + 2);
  }
  expect(checkpoints.at(-1)!.host.events).toBeGreaterThan(3 * LEDGERS);
  const { ledger, disk } = checkpoints.at(-1)!;
  expect(disk.ledgers).toBeLessThan(ledger * 3_000);
  expect(most(checkpoints, (one) => one.disk.raw)).toBeLessThan(2 * MIB);
  expect(most(checkpoints, (one) => one.disk.contract)).toBeLessThan(MIB);
  // Two files each of the console and of hp.log.
  expect(most(checkpoints, (one) => one.disk.logs)).toBeLessThan(4 * MIB);
  expect(median(late)).toBeLessThan(median(early) * 1.5);
}, (LEDGERS / 2 + 600) * 1000);

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
