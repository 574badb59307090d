import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzz } from '../fuzz/fuzz';
import { LiveCluster } from '../fuzz/live';
import { targetsOf } from '../fuzz/targets';

// The short form of `npm run fuzz` (test/fuzz).

const MESSAGES = 20_000;
const SEED = Number(process.env.HOTPOCKET_FUZZ_SEED ?? 1);

describe.sequential(`${MESSAGES} messages that are made to be wrong (seed ${SEED})`, () => {
  // One cluster for all targets that attack one.
  let live: LiveCluster;
  beforeAll(async () => {
    live = await LiveCluster.open();
  });
  afterAll(() => live.close());

  for (const { target, messages } of targetsOf(MESSAGES)) {
    it(`${messages} for ${target.name}`, async () => {
      const row = await fuzz(target, messages, SEED);
      expect(row.failure).toBeUndefined();
      // A generator of which nothing is refused, or nothing gets through, would try nothing.
      expect(row.messages).toBe(messages);
      expect(row.refused + row.accepted).toBe(messages);
    });
  }
});
