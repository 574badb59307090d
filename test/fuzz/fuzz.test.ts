import { describe, expect, it } from 'vitest';
import { fuzz, type FuzzRow } from './fuzz';
import { tableOf } from './table';
import { targetsOf } from './targets';

// The long form: `npm run fuzz -- --messages 1000000 --seed 1 [--targets 'hp.cfg,peer port']`.

const MESSAGES = Number(process.env.HOTPOCKET_FUZZ_MESSAGES ?? 1_000_000);
const SEED = Number(process.env.HOTPOCKET_FUZZ_SEED ?? 1);
const rows: FuzzRow[] = [];

describe.sequential(`${MESSAGES} messages (seed ${SEED})`, () => {
  for (const { target, messages } of targetsOf(MESSAGES, process.env.HOTPOCKET_FUZZ_TARGETS?.split(','))) {
    it(target.name, async () => {
      const row = await fuzz(target, messages, SEED);
      rows.push(row);
      console.log(tableOf([row]));
      expect(row.failure).toBeUndefined();
    }, 3_600_000);
  }

  it('as a table', () => console.log(`\n${tableOf(rows)}`));
});
