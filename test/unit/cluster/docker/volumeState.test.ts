import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HpfsSessions } from '../../../../src/cluster/docker/hpfsSession';
import { nodeDir } from '../../../../src/cluster/docker/names';
import { LIST, VolumeState } from '../../../../src/cluster/docker/volumeState';

const shells = [['/bin/sh'], ['/bin/busybox', 'sh']].filter(([shell]) => existsSync(shell as string));

describe.each(shells)('what is in a folder of a state, by %s', (...shell: string[]) => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'volume-state-')));
    for (const name of ['state/data', 'cfg']) mkdirSync(join(folder, name), { recursive: true });
    for (const name of ['state/.hidden', 'state/data/a file', 'cfg/hp.cfg']) writeFileSync(join(folder, name), '');
    symlinkSync('../cfg', join(folder, 'state/keys'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are its files and folders; links are none, and nothing is in them', () => {
    const list = (path: string): string => execFileSync(shell[0] as string, [...shell.slice(1), '-c', LIST, 'sh', join(folder, path)], { encoding: 'utf8' });
    expect(['state', 'state/data', 'state/keys', 'state/nothing'].map(list)).toEqual(['ddata\0f.hidden\0', 'fa file\0', '', '']);
  });
});

describe('a path in a state', () => {
  const root = `${nodeDir(1)}/contract_fs/seed/state`;
  /** As Go tells them: the daemon follows links on the way, but not the last. */
  const [folder, file, link] = [2 ** 31 + 0o755, 0o644, 2 ** 27 + 0o777];
  const modes: Record<string, number> = { [root]: folder, [`${root}/data`]: folder, [`${root}/data/file`]: file, [`${root}/keys`]: link, [`${root}/keys/hp.cfg`]: file };
  const container = {
    infoArchive: ({ path }: { path: string }) => {
      const mode = modes[path];
      if (mode === undefined) return Promise.reject(Object.assign(new Error('no such path'), { statusCode: 404 }));
      return Promise.resolve({ headers: { 'x-docker-container-path-stat': Buffer.from(JSON.stringify({ size: 1, mode, mtime: '2026-01-01T00:00:00Z' })).toString('base64') } });
    },
  } as unknown as Docker.Container;
  const state = new VolumeState({} as Docker, 1, () => Promise.resolve({ running: undefined, container, image: 'image' }), {} as HpfsSessions);

  it('leads to its files and folders', async () => {
    expect(await Promise.all(['', '.', 'data', 'data/'].map(async (path) => (await state.stat(path))?.isFolder))).toEqual([true, true, true, true]);
    expect(await state.stat('data/../data/file')).toEqual({ isFolder: false, size: 1, changedAt: Date.parse('2026-01-01T00:00:00Z') });
  });

  it('does not lead out of it, nor through a link', async () => {
    for (const path of ['keys', 'keys/', 'keys/hp.cfg', './keys/hp.cfg', 'data/../keys/hp.cfg', 'data/file/more', '../state', '..', '../../../cfg/hp.cfg']) {
      expect([path, await state.stat(path), await state.read(path)]).toEqual([path, undefined, undefined]);
    }
  });
});
