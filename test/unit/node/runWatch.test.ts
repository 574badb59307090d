import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { RunWatch } from '../../../src/node/contract/runWatch';
import { ManualClock } from '../../support/manualClock';

function watched(run: Partial<ConstructorParameters<typeof RunWatch>[0]> = {}, floodBytes: () => number | undefined = () => undefined) {
  const [clock, said] = [new ManualClock(), [] as string[]];
  let kills = 0;
  const log = { inf: (text: string) => void said.push(text), wrn: (text: string) => void said.push(text), err: (text: string) => void said.push(text) };
  const watch = new RunWatch({ ledger: 5, roundTime: 2000, execTimeoutMs: 300_000, kill: () => kills++, ...run }, clock, log, floodBytes);
  return { clock, said, watch, kills: () => kills };
}

it('says once of a run that it takes long, after three rounds', () => {
  const { clock, said } = watched();
  clock.advance(5_999);
  expect(said).toEqual([]);
  clock.advance(60_000);
  expect(said).toEqual([expect.stringMatching(/^CONTRACT_RUNS_LONG: .* 6 s after ledger 5\. .* after 5 min /)]);
});

it('knows that nothing ends a run without a limit, and that short rounds are no reason to hurry', () => {
  const { clock, said } = watched({ roundTime: 100, execTimeoutMs: 0 });
  clock.advance(2_999);
  expect(said).toEqual([]);
  clock.advance(1);
  expect(said).toEqual([expect.stringMatching(/ 3 s after .* Nothing ends it /)]);
});

it('says nothing of a run that has ended, or of a read request', () => {
  const [ended, read] = [watched(), watched({ ledger: undefined })];
  ended.watch.end();
  for (const { clock, said } of [ended, read]) {
    clock.advance(1_000_000);
    expect(said).toEqual([]);
  }
});

it('ends a run that floods the log, once', async () => {
  const { watch, kills } = watched({}, () => 600 << 20);
  watch.look();
  expect([kills(), watch.flood]).toEqual([0, undefined]);
  await delay(210);
  for (let i = 0; i < 3; i++) watch.look();
  expect([kills(), watch.flood?.code, watch.flood?.details]).toEqual([1, 'CONTRACT_CONSOLE_FLOOD', { megabytes: 600 }]);
});
