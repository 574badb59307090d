import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock';
import { startPostExec } from '../../../src/node/contract/postExec';
import type { ContractProgram } from '../../../src/node/contract/types';

let dir: string;
let said: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'post exéc '));
  said = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const program: ContractProgram = { binPath: '/bin/true', binArgs: '', environment: { ONLY: 'this' }, limits: { execTimeoutMs: 1, userOutputBytes: 0, nplOutputBytes: 0 } };
const ledger = { seqNo: 7, hash: 'ab'.repeat(32) };
const say = (message: string): void => void said.push(message);
const start = () => startPostExec(program, ledger, { clock: systemClock, stateDir: dir, events: {}, log: { inf: say, wrn: say, err: say }, nodeExecutable: process.execPath, tempDir: dir });
const script = (text: string, mode = 0o755): void => writeFileSync(join(dir, 'post_exec.sh'), text, { mode });

it('does nothing where there is no script', () => {
  expect(start()).toBeUndefined();
});

it('is given the ledger as one argument and the environment of the node, and is deleted after success', async () => {
  script('#!/bin/sh\necho "$#|$1|$PATH|$ONLY" > out\npwd > cwd\n');
  expect(await start()?.done).toBe(true);
  expect(readFileSync(join(dir, 'out'), 'utf8')).toBe(`1|7 ${ledger.hash}|${process.env.PATH}|\n`);
  expect(readFileSync(join(dir, 'cwd'), 'utf8').trim()).toBe(dir);
  expect(existsSync(join(dir, 'post_exec.sh'))).toBe(false);
  expect(said).toEqual(['Running post-exec script...', 'Post-exec script executed successfully. Exit code:0']);
});

it.each([[3, true], [125, true], [1, false], [2, false], [126, false], [127, false], [128, false]])('takes exit code %i as success: %s, and stays', async (code, success) => {
  script(`#!/bin/sh\nexit ${code}\n`);
  expect(await start()?.done).toBe(success);
  expect(existsSync(join(dir, 'post_exec.sh'))).toBe(true);
  expect(said.at(-1)).toBe(success ? `Post-exec script executed successfully. Exit code:${code}` : `Post-exec script ended prematurely. Exit code:${code}`);
});

it('fails by a signal', async () => {
  script('#!/bin/sh\nkill -9 $$\n');
  expect(await start()?.done).toBe(false);
  expect(said.at(-1)).toBe('Post-exec script ended prematurely. Exit code:0');
});

it('can be ended, with all that it started', async () => {
  script('#!/bin/sh\nsleep 60 &\necho $! > pid\nwait\n');
  const running = start();
  while (!existsSync(join(dir, 'pid')) || readFileSync(join(dir, 'pid'), 'utf8') === '') await new Promise((done) => setTimeout(done, 5));
  running?.kill();
  expect(await running?.done).toBe(false);
  // Where nobody collects orphans a dead one stays as a zombie.
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', readFileSync(join(dir, 'pid'), 'utf8').trim()], { encoding: 'utf8' });
  expect(stdout.trim()).toMatch(/^(Z.*)?$/);
});

it.each([['no shebang', 'exit 0\n', 0o755], ['no permission', '#!/bin/sh\nexit 0\n', 0o644]])('fails with %s: no shell is tried instead', async (_what, text, mode) => {
  script(text, mode);
  expect(await start()?.done).toBe(false);
  expect(said.at(-1)).toMatch(/Post-exec script could not be started: .*post_exec\.sh/);
});
