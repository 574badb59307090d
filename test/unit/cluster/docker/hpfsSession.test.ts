import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HpfsSessions, NO_SESSION, SESSION } from '../../../../src/cluster/docker/hpfsSession';

const shells = [['/bin/sh'], ['/bin/busybox', 'sh']].filter(([shell]) => existsSync(shell as string));

describe.each(shells)('what is looked up in a session of hpfs, by %s', (...shell: string[]) => {
  let node: string;
  let mountInfo: string;
  beforeEach(() => {
    node = mkdtempSync(join(tmpdir(), 'hpfs-session-'));
    mountInfo = join(node, 'mountinfo');
    mkdirSync(join(node, 'contract_fs', 'mnt'), { recursive: true });
    writeFileSync(mountInfo, `24 1 0:22 / / rw - ext4 x rw\n99 24 0:53 / ${join(node, 'contract_fs', 'mnt')} rw - fuse hpfs rw\n`);
  });
  afterEach(() => rmSync(node, { recursive: true, force: true }));

  /** Where hpfs would show the session's folder it is there beforehand: `exec` keeps the process id by which it is named. */
  function run(what: string, path: string): { status: number | null; stdout: string } {
    const before = 'state=$1/contract_fs/mnt/hotpocket_studio_$$/state; mkdir -p "$state/lib"; printf "one\\0two" > "$state/a file"; : > "$state/lib/empty"; shift; exec "$@"';
    const script = SESSION.replace('/proc/self/mountinfo', mountInfo);
    const { status, stdout } = spawnSync('/bin/sh', ['-c', before, 'sh', node, ...shell, '-c', script, 'sh', node, what, path], { encoding: 'utf8' });
    return { status, stdout };
  }

  it('are files, folders, and what is in them', () => {
    expect(run('list', '')).toEqual({ status: 0, stdout: 'fa file\0dlib\0' });
    expect(run('list', 'lib').stdout).toBe('fempty\0');
    expect(run('list', 'nothing')).toEqual({ status: 0, stdout: '' });
    expect(run('read', 'a file').stdout).toBe('fone\0two');
    expect(run('read', 'lib/empty').stdout).toBe('f');
    for (const path of ['nothing', 'lib']) expect(run('read', path)).toEqual({ status: 0, stdout: '' });
    expect(run('stat', 'lib').stdout.trim()).toBe('d 0 0');
    expect(run('stat', 'nothing')).toEqual({ status: 0, stdout: '' });
    expect(run('stat', 'a file').stdout).toMatch(/^f 7 \d{10} \n$/);
    writeFileSync(join(node, 'contract_fs', 'log.hpfs'), '');
    utimesSync(join(node, 'contract_fs', 'log.hpfs'), 1_900_000_000, 1_900_000_000);
    expect(run('stat', 'a file').stdout).toMatch(/^f 7 \d{10} 1900000000\n$/);
  });

  it('leave no session behind', () => {
    run('read', 'a file');
    expect(readdirSync(join(node, 'contract_fs', 'mnt')).filter((name) => name.startsWith('::'))).toEqual([]);
  });

  it('are not asked for where nothing is mounted', () => {
    execFileSync('sed', ['-i', '$d', mountInfo]);
    expect(run('read', 'a file')).toEqual({ status: NO_SESSION, stdout: '' });
    rmSync(join(node, 'contract_fs'), { recursive: true });
    expect(spawnSync(shell[0] as string, [...shell.slice(1), '-c', SESSION, 'sh', node, 'read', 'x']).status).toBe(NO_SESSION);
  });
});

describe('sessions of a node', () => {
  const { modem } = new Docker({ socketPath: '/nonexistent' });
  let asked = 0;

  /** A container in which the shell prints that and ends so. */
  function container(text: string, ExitCode: number): Docker.Container {
    const exec = {
      start: () => {
        const [stream, header, content] = [new PassThrough(), Buffer.alloc(8), Buffer.from(text)];
        header.writeUInt8(1, 0);
        header.writeUInt32BE(content.length, 4);
        stream.end(Buffer.concat([header, content]));
        return Promise.resolve(stream);
      },
      inspect: () => Promise.resolve({ ExitCode }),
    };
    return { modem, exec: () => (asked++, Promise.resolve(exec)) } as unknown as Docker.Container;
  }
  beforeEach(() => (asked = 0));
  afterEach(() => void vi.useRealTimers());

  it('tell what the shell printed', async () => {
    expect((await new HpfsSessions().look({ container: container('fone', 0), run: 'a' }, 1, 'read', 'x'))?.toString()).toBe('fone');
    expect(await new HpfsSessions().look({ container: container('half', 137), run: 'a' }, 1, 'read', 'x')).toBeUndefined();
  });

  it('are not asked for any more in a run that has had none for ten seconds; a node that starts may have none yet', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const sessions = new HpfsSessions();
    const look = (run: string): Promise<unknown> => sessions.look({ container: container('', NO_SESSION), run }, 1, 'list', '');
    for (const ms of [0, 5_000, 6_000, 0]) {
      vi.advanceTimersByTime(ms);
      expect(await look('a run')).toBeUndefined();
    }
    expect(asked).toBe(3);
    await look('the next run');
    expect(asked).toBe(4);
  });

  it('are none in a container that stands still', async () => {
    const paused = { modem, exec: () => Promise.reject(Object.assign(new Error('paused'), { statusCode: 409 })) } as unknown as Docker.Container;
    expect(await new HpfsSessions().look({ container: paused, run: 'a' }, 1, 'read', 'x')).toBeUndefined();
  });
});
