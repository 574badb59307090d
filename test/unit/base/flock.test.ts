import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tryLock } from '../../../src/base/native/flock';

// The lock of another process is taken by the very code under test, bundled into a small program.
describe.skipIf(process.platform === 'win32')('tryLock', () => {
  let dir: string;
  let program: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'hp schloß '));
    program = join(dir, 'locker.cjs');
    buildSync({
      stdin: {
        contents: `
          import { tryLock } from './src/base/native/flock';
          const lock = tryLock(process.argv[2]);
          console.log(typeof lock === 'string' ? lock : 'locked');
          if (process.argv[3] === 'stay') setInterval(() => {}, 1000);`,
        resolveDir: process.cwd(),
        loader: 'ts',
      },
      bundle: true, platform: 'node', format: 'cjs', outfile: program, external: ['koffi'],
    });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const env = { ...process.env, NODE_PATH: join(createRequire(__filename).resolve('koffi'), '..', '..') };
  const askOther = (path: string): string => spawnSync(process.execPath, [program, path], { env, encoding: 'utf8' }).stdout.trim();

  test('keeps others out of a folder until released', () => {
    const lock = tryLock(dir);
    if (typeof lock === 'string') throw new Error(lock);
    expect(tryLock(dir)).toBe('held');
    expect(askOther(dir)).toBe('held');
    lock.release();
    lock.release();
    expect(askOther(dir)).toBe('locked');
    const again = tryLock(dir);
    expect(again).toHaveProperty('release');
    if (typeof again !== 'string') again.release();
  });

  test('dies with its process, even killed', async () => {
    const other = spawn(process.execPath, [program, dir, 'stay'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [said] = (await once(other.stdout, 'data')) as [Buffer];
    expect(said.toString().trim()).toBe('locked');
    expect(tryLock(dir)).toBe('held');
    other.kill('SIGKILL');
    await once(other, 'close');
    const lock = tryLock(dir);
    expect(lock).toHaveProperty('release');
    if (typeof lock !== 'string') lock.release();
  });

  test('is not inherited by programs started while it is held', async () => {
    const lock = tryLock(dir);
    const child = spawn('sleep', ['30'], { stdio: 'ignore' });
    await once(child, 'spawn');
    try {
      if (typeof lock === 'string') throw new Error(lock);
      lock.release();
      expect(askOther(dir)).toBe('locked');
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });

  test('throws for what does not exist', () => {
    expect(() => tryLock(join(dir, 'nothing'))).toThrow('ENOENT');
  });

  test('says so where koffi is not installed', () => {
    const result = spawnSync(process.execPath, [program, dir], { env: { ...process.env, NODE_PATH: '' }, encoding: 'utf8' });
    expect(result.stdout.trim()).toBe('unavailable');
  });
});
