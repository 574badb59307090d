import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newFolder, referenceStateHash } from './stateSupport';

const NOBODY = 65_534;
let home: string;
beforeEach(() => {
  home = newFolder();
  chmodSync(home, 0o755);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('works for a user who is not root, whatever the modes', () => {
  const script = join(home, 'child.cjs');
  buildSync({ entryPoints: [join(import.meta.dirname, 'stateUnprivilegedChild.ts')], outfile: script, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  chmodSync(script, 0o644);
  const work = join(home, 'work');
  mkdirSync(work);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(work, NOBODY, NOBODY);
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, work], { encoding: 'utf8', ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}) });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const { hashes, ...found } = JSON.parse(stdout) as { hashes: [string, string][]; uid: number };
  expect(found).toEqual({
    uid: isRoot ? NOBODY : process.getuid?.(),
    scans: true, restored: true, applied: true, snapshots: true, writes: ['EACCES', 'EACCES', 'EACCES', 'EACCES'],
  });
  // Only root sees what is in closed folders.
  if (isRoot) for (const [folder, hash] of hashes) expect(referenceStateHash(folder)).toBe(hash);
  expect(hashes).toHaveLength(2);
});
