import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { channelAddress, checkChannelFolder, prepareChannelFolder } from '../../../src/cluster/embedded/channel';
import { findNodeJs, minimalEnvironment, NodeJsFinder, type Host } from '../../../src/cluster/embedded/nodeJs';
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
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nöde '))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const here: Host = { platform: 'linux', execPath: process.execPath };
  /** A program called `node` of a version, in a folder of its own; it counts how often it is asked, and says that `runs` is what really runs. */
  function fake(name: string, version: string, runs = join(folder, name, 'node')): string {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'node'), `#!/bin/sh\necho asked >> '${join(folder, name, 'asked')}'\necho '${version} ${runs}'\n`, { mode: 0o755 });
    return join(folder, name);
  }
  const asked = (bin: string): number => (existsSync(join(bin, 'asked')) ? readFileSync(join(bin, 'asked'), 'utf8').split('\n').length - 1 : 0);

  it('is the chosen one if it is new enough', async () => {
    expect(await findNodeJs({ HOTPOCKET_NODE_PATH: process.execPath, PATH: fake('other', 'v22.0.0') })).toBe(process.execPath);
    const old = join(fake('old', 'v18.20.1'), 'node');
    await expect(findNodeJs({ HOTPOCKET_NODE_PATH: old })).rejects.toMatchObject({ code: 'NODE_JS_NOT_FOUND', message: expect.stringContaining('version 18') as unknown });
    for (const path of ['/bin/true', '/not/here']) await expect(findNodeJs({ HOTPOCKET_NODE_PATH: path })).rejects.toMatchObject({ code: 'NODE_JS_NOT_FOUND' });
  });

  it('is else the first on the PATH that is new enough, before the one that runs us', async () => {
    const [old, good, newer] = [fake('old', 'v18.20.1'), fake('good', 'v20.0.0'), fake('newer', 'v24.1.0')];
    expect(await findNodeJs({ PATH: [join(folder, 'none'), old, good, newer].join(delimiter) }, here)).toBe(join(good, 'node'));
    expect(asked(newer)).toBe(0);
  });

  it('is what a version manager starts, whose own choice depends on the working folder', async () => {
    expect(await findNodeJs({ PATH: fake('shims', 'v22.3.0', '/versions/22.3.0/bin/node') }, here)).toBe('/versions/22.3.0/bin/node');
  });

  it('is else the one that runs us, if it is still there', async () => {
    expect(await findNodeJs({}, here)).toBe(process.execPath);
    expect(await findNodeJs({ PATH: fake('old', 'v18.20.1') }, here)).toBe(process.execPath);
    await expect(findNodeJs({ PATH: '/nowhere' }, { ...here, execPath: join(folder, 'code') })).rejects.toMatchObject({ code: 'NODE_JS_NOT_FOUND' });
  });

  it('is ours without asking it when ours is the one on the PATH', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    symlinkSync(join(fake('own', 'v16.0.0'), 'node'), join(bin, 'node'));
    const execPath = join(folder, 'own', 'node');
    expect(await findNodeJs({ PATH: bin }, { ...here, execPath })).toBe(execPath);
    expect(asked(join(folder, 'own'))).toBe(0);
  });

  it('is on macOS the one of the login shell, when the PATH has none', async () => {
    const good = fake('good', 'v20.0.0');
    const shell = join(folder, 'shell');
    writeFileSync(shell, `#!/bin/sh\n[ "$1" = -ilc ] || exit 9\necho 'Welcome back!'\nPATH='${good}'\neval "$2"\n`, { mode: 0o755 });
    expect(await findNodeJs({ PATH: '/nowhere', SHELL: shell }, { ...here, platform: 'darwin' })).toBe(join(good, 'node'));
    expect(await findNodeJs({ PATH: '/nowhere', SHELL: shell }, here)).toBe(process.execPath);
    expect(await findNodeJs({ PATH: '/nowhere', SHELL: join(folder, 'none') }, { ...here, platform: 'darwin' })).toBe(process.execPath);
  });

  it('is looked for once, and again when it is gone', async () => {
    const [first, second] = [fake('first', 'v20.0.0'), fake('second', 'v20.0.0')];
    const finder = new NodeJsFinder({ PATH: [first, second].join(delimiter) });
    expect([await finder.find(), await finder.find()]).toEqual([join(first, 'node'), join(first, 'node')]);
    expect(asked(first)).toBe(1);
    rmSync(first, { recursive: true });
    expect(await finder.find()).toBe(join(second, 'node'));
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
