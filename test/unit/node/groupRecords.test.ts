import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endRecordedGroups, recordGroup } from '../../../src/node/contract/groupRecords';
import { lives } from '../../support/contracts/harness';
import { until } from '../../process/support/cliCluster';

// Contract processes that outlive a node which was killed, together with whoever would have ended them.

let dir: string;
let children: ChildProcess[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hp gröups '));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

function start(command: string): number {
  const child = spawn('/bin/sh', ['-c', command], { detached: true, stdio: 'ignore' });
  children.push(child);
  return child.pid!;
}
const died = (pid: number): Promise<true> => until(`process ${pid} to end`, 20_000, () => (lives(pid) ? undefined : true));

const linux = it.skipIf(process.platform !== 'linux');

linux('are ended with all they started', async () => {
  const inner = join(dir, 'inner');
  const leader = start(`sleep 60 & echo $! > '${inner}'; exec sleep 60`);
  await until('the inner process', 20_000, () => (existsSync(inner) ? true : undefined));
  recordGroup(dir, leader);
  expect(endRecordedGroups(dir)).toBe(1);
  await died(leader);
});

linux('are ended also when the first of them is gone', async () => {
  const leader = start('sleep 60 & sleep 60 & sleep 0.1');
  recordGroup(dir, leader);
  await died(leader);
  expect(() => process.kill(-leader, 0)).not.toThrow();
  expect(endRecordedGroups(dir)).toBe(1);
  await until('all to end', 20_000, () => (endRecordedGroups(dir) === 0 ? true : undefined));
});

linux('are left alone when others have their number by now, or the record is taken away', () => {
  const leader = start('exec sleep 60');
  const forget = recordGroup(dir, leader);
  const [name] = readdirSync(dir);
  forget();
  expect([name, readdirSync(dir), endRecordedGroups(dir)]).toEqual([`group.${leader}`, [], 0]);
  writeFileSync(join(dir, `group.${leader}`), 'another-boot 12345');
  expect(endRecordedGroups(dir)).toBe(0);
  writeFileSync(join(dir, 'group.x'), '');
  expect(endRecordedGroups(join(dir, 'missing'))).toBe(0);
  expect(lives(leader)).toBe(true);
});
