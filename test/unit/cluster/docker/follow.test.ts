import { describe, expect, it } from 'vitest';
import type Docker from 'dockerode';
import { followLog } from '../../../../src/cluster/docker/logs/follow';

const at = (second: number): string => `2026-11-28T09:04:${String(second).padStart(2, '0')}.000000000Z`;
const STATE = { StartedAt: at(31), FinishedAt: at(20), Running: true };
const BANNER = '20261128 09:04:30.900 [inf][hpc] HotPocket 0.6.4';

/** What Docker tells of a container's log: lines by when it stamped them. */
function frames(lines: readonly (readonly [number, string])[]): Buffer {
  return Buffer.concat(lines.map(([second, text]) => {
    const content = Buffer.from(`${at(second)} ${text}\n`);
    const header = Buffer.alloc(8);
    header.writeUInt8(1, 0);
    header.writeUInt32BE(content.length, 4);
    return Buffer.concat([header, content]);
  }));
}

/** What is told of its last run. */
async function told(...lines: readonly (readonly [number, string])[]): Promise<{ readonly text: string; readonly since: unknown }> {
  let [text, since] = ['', undefined as unknown];
  const container = {
    inspect: () => Promise.resolve({ Id: 'id', State: STATE }),
    logs: (options: { since?: unknown }) => {
      since = options.since;
      return Promise.resolve(frames(lines));
    },
  };
  const docker = { getContainer: () => container } as unknown as Docker;
  await followLog(docker, 'name', { sinceStart: true, follow: false, whenChanged: () => Promise.resolve() }, (part) => (text += part));
  return { text, since };
}

describe("the log of a node's last run", () => {
  it('begins with its first line, though Docker notes the start only afterwards', async () => {
    const { text, since } = await told([20, 'hpcore exited due to signal.'], [30, BANNER], [30, 'listening'], [32, 'a ledger']);
    expect(text).toBe(`${BANNER}\nlistening\na ledger\n`);
    expect(since).toBe(`${Date.parse(at(20)) / 1000}.000000000`);
  });

  it('leaves out what the run before said last', async () => {
    expect((await told([20, 'hpcore exited due to signal.'], [31, BANNER])).text).toBe(`${BANNER}\n`);
  });

  it('is all there is of a node that never came to its first line', async () => {
    expect((await told([30, 'Config HP version missing.'])).text).toBe('Config HP version missing.\n');
    expect((await told([30, 'one'], [32, 'two'])).text).toBe('one\ntwo\n');
  });
});
