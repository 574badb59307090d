import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createNodes } from '../../../src/cluster/embedded/supervisor/createNodes';
import { ClusterPaths } from '../../../src/cluster/paths';

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'hp nodes '))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const defaults = { size: 5, userPortBegin: 28_441, peerPortBegin: 28_461 };

/** A node program that fails at one of its folders. */
const PROGRAM = `
const { mkdirSync } = require('node:fs');
for (const [i, dir] of process.argv.slice(3).entries()) {
  if (i === Number(process.env.FAIL_AT)) { console.error('The disk is full.'); process.exit(1); }
  mkdirSync(dir, { recursive: true });
  console.log('Contract directory created at ' + dir);
}`;

it('a node that cannot be created is named with what went wrong, and no folder is left', async () => {
  const script = join(home, 'node.cjs');
  writeFileSync(script, PROGRAM);
  const paths = new ClusterPaths(home);
  const processes = availableParallelism();
  const size = Math.min(64, 3 * processes);
  const failAt = Math.ceil(size / processes) - 1;
  const creating = createNodes({ paths, program: { nodeJs: process.execPath, script, env: { ...process.env, FAIL_AT: String(failAt) } }, hosts: ['127.0.0.1'], log: () => undefined }, { ...defaults, size });
  // The last of the first process; they get the nodes in turn.
  await expect(creating).rejects.toMatchObject({ code: 'NODE_CREATE_FAILED', details: { node: 1 + failAt * processes, problem: 'The disk is full.' } });
  for (let node = 1; node <= size; node++) expect(existsSync(paths.node(node).dir)).toBe(false);
});
