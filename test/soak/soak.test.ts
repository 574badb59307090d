import { expect, it } from 'vitest';
import { COLUMNS, soak } from './soak';

// A long life: `npm run soak -- --ledgers 10000`. Nothing may grow with it but the ledgers' own files, and those only up to their limit.

const LEDGERS = Number(process.env.HOTPOCKET_SOAK_LEDGERS ?? 2_000);
const EVERY = Math.round(LEDGERS / 10);

it(`${LEDGERS} ledgers with eager rounds leave memory, open files and the time of a start as they were`, async () => {
  console.log(`| ${COLUMNS.join(' | ')} |\n|${' --: |'.repeat(COLUMNS.length)}`);
  const result = await soak({ ledgers: LEDGERS, every: EVERY, userPort: 17_970, peerPort: 17_980, say: console.log });
  console.log(`Node 3 started in ms, early: ${result.restarts[0].map(Math.round).join(' ')}; at the end: ${result.restarts[1].map(Math.round).join(' ')}`);
  expect(result.checkpoints).toHaveLength(10);
}, (LEDGERS / 2 + 600) * 1000);
