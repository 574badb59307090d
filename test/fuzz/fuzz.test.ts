import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzz, type FuzzRow } from './fuzz';
import { LiveCluster } from './live';
import { tableOf } from './table';
import { targetsOf } from './targets';

// The long form: `npm run fuzz -- --messages 1000000 --seed 1 [--targets 'hp.cfg,peer port']`.

const MESSAGES = Number(process.env.HOTPOCKET_FUZZ_MESSAGES ?? 1_000_000);
const SEED = Number(process.env.HOTPOCKET_FUZZ_SEED ?? 1);
const chosen = targetsOf(MESSAGES, process.env.HOTPOCKET_FUZZ_TARGETS?.split(','));
const rows: FuzzRow[] = [];

describe.sequential(`${MESSAGES} messages (seed ${SEED})`, () => {
  // One cluster for all targets that attack one.
  let live: LiveCluster | undefined;
  beforeAll(async () => {
    if (chosen.some(({ target }) => target.name.startsWith('live'))) live = await LiveCluster.open();
  }, 120_000);
  afterAll(() => live?.close(), 120_000);

  for (const { target, messages } of chosen) {
    it(target.name, async () => {
      const row = await fuzz(target, messages, SEED);
      rows.push(row);
      console.log(tableOf([row]));
      expect(row.failure).toBeUndefined();
    }, 3_600_000);
  }

  it('as a table', () => console.log(`\n${tableOf(rows)}`));
});
