import { expect, it } from 'vitest';
import { sinceStart } from '../../../../src/cluster/docker/logs/frames';

const NEVER = '0001-01-01T00:00:00Z';

it.each([
  ['its first', '2026-11-28T09:04:31.123456789Z', NEVER, '1795856661.123456789'],
  ['one after another', '2026-11-28T09:04:31.123456789Z', '2026-11-28T09:04:30.5Z', '1795856670.500000000'],
  ['one that is over', '2026-11-28T09:04:31.123456789Z', '2026-11-28T09:05:00.5Z', '1795856661.123456789'],
])("a run's log begins before Docker says that the container started: %s", (_, StartedAt, FinishedAt, since) => {
  expect(sinceStart({ StartedAt, FinishedAt })).toBe(since);
});
