import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelAddress, checkChannelFolder, prepareChannelFolder } from '../../../src/cluster/embedded/channel';
import { findNodeJs, minimalEnvironment } from '../../../src/cluster/embedded/nodeJs';
import { isNewer } from '../../../src/cluster/embedded/protocol';
import { RestartPolicy } from '../../../src/cluster/embedded/supervisor/restartPolicy';
import { SerialQueue } from '../../../src/cluster/embedded/supervisor/serialQueue';
import { ClusterPaths } from '../../../src/cluster/paths';

describe('RestartPolicy', () => {
  it('doubles from half a second to thirty, for crashes that are not quick', () => {
    const policy = new RestartPolicy();
    expect(Array.from({ length: 9 }, () => policy.afterCrash(15_000))).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('gives up after six quick crashes in a row', () => {
    const policy = new RestartPolicy();
    expect(Array.from({ length: 6 }, () => policy.afterCrash(100))).toEqual([500, 1000, 2000, 4000, 8000, undefined]);
  });

  it('forgets once a node was up for long, and counts quick ones anew after one that was not', () => {
    const policy = new RestartPolicy();
    for (let i = 0; i < 5; i++) policy.afterCrash(100);
    expect(policy.afterCrash(30_000)).toBe(500);
    expect(policy.quickCrashes).toBe(0);
  });
});

describe('SerialQueue', () => {
  it('runs one job at a time, in order, also after a failure', async () => {
    const queue = new SerialQueue();
    const events: string[] = [];
    const job = (name: string, fail = false) => async () => {
      events.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push(`${name} ends`);
      if (fail) throw new Error(name);
    };
    const first = queue.run(job('a', true));
    const second = queue.run(job('b'));
    await expect(first).rejects.toThrow('a');
    await second;
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(queue.isIdle).toBe(true);
  });

  it('drops a waiting job at once when it is cancelled, and keeps the order of the others', async () => {
    const queue = new SerialQueue();
    let release = (): void => undefined;
    const events: string[] = [];
    const first = queue.run(() => new Promise<void>((resolve) => (release = resolve)));
    const controller = new AbortController();
    const second = queue.run(() => Promise.resolve(events.push('second')), controller.signal);
    const third = queue.run(() => Promise.resolve(events.push('third')));
    controller.abort();
    await expect(second).rejects.toThrow('aborted');
    expect(events).toEqual([]);
    release();
    await Promise.all([first, third]);
    expect(events).toEqual(['third']);
  });
});

describe('control socket', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'söcket '))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is named by the real path of the cluster, and short', () => {
    mkdirSync(join(folder, 'real', 'clusters'), { recursive: true });
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    const env = { XDG_RUNTIME_DIR: folder };
    const address = channelAddress(ClusterPaths.of(join(folder, 'real')), env);
    expect(channelAddress(ClusterPaths.of(join(folder, 'link')), env)).toBe(address);
    expect(dirname(address)).toBe(join(folder, 'hotpocket'));
    expect(channelAddress(ClusterPaths.of(join(folder, 'real'), 'other'), env)).not.toBe(address);
  });

  it('is somewhere else when the path would be too long', () => {
    mkdirSync(join(folder, 'clusters'));
    const address = channelAddress(ClusterPaths.of(folder), { XDG_RUNTIME_DIR: join(folder, 'x'.repeat(90)) });
    expect(Buffer.byteLength(address)).toBeLessThanOrEqual(103);
    expect(dirname(address)).toBe(join(tmpdir(), `hotpocket-${process.getuid?.()}`));
  });

  it('stands in a folder for the user alone', () => {
    const address = join(folder, 'hotpocket', 'x.sock');
    prepareChannelFolder(address);
    expect(statSync(dirname(address)).mode & 0o777).toBe(0o700);
    chmodSync(dirname(address), 0o750);
    expect(() => checkChannelFolder(address)).toThrow(expect.objectContaining({ code: 'SUPERVISOR_SOCKET_UNSAFE' }));
  });

  it('is not looked for behind a link', () => {
    mkdirSync(join(folder, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(realpathSync(folder), 'elsewhere'), join(folder, 'hotpocket'));
    expect(() => checkChannelFolder(join(folder, 'hotpocket', 'x.sock'))).toThrow(expect.objectContaining({ code: 'SUPERVISOR_SOCKET_UNSAFE' }));
  });
});

describe('Node.js for the nodes', () => {
  it('is our own, or the chosen one if it is new enough', async () => {
    expect(await findNodeJs({})).toBe(process.execPath);
    expect(await findNodeJs({ HOTPOCKET_NODE_PATH: process.execPath })).toBe(process.execPath);
    await expect(findNodeJs({ HOTPOCKET_NODE_PATH: '/bin/true' })).rejects.toMatchObject({ code: 'NODE_JS_NOT_FOUND' });
    await expect(findNodeJs({ HOTPOCKET_NODE_PATH: '/not/here' })).rejects.toMatchObject({ code: 'NODE_JS_NOT_FOUND' });
  });

  it('inherits only what it needs', () => {
    expect(minimalEnvironment({ PATH: '/bin', LANG: 'C', HOTPOCKET_BIND: '0.0.0.0', AWS_SECRET: 'x', NODE_OPTIONS: '--inspect' })).toEqual({ PATH: '/bin', LANG: 'C', HOTPOCKET_BIND: '0.0.0.0' });
  });
});

describe('protocol versions', () => {
  it('are ordered by major, then minor', () => {
    expect(isNewer({ major: 2, minor: 0 }, { major: 1, minor: 9 })).toBe(true);
    expect(isNewer({ major: 1, minor: 1 }, { major: 1, minor: 0 })).toBe(true);
    expect(isNewer({ major: 1, minor: 0 }, { major: 1, minor: 0 })).toBe(false);
    expect(isNewer({ major: 1, minor: 9 }, { major: 2, minor: 0 })).toBe(false);
  });
});
