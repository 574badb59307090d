import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { CliCluster } from './support/cliCluster';

// Runs that are cut short, and nobody is there who would see to it.

const cluster = new CliCluster({ size: 1, userPort: 18_951, peerPort: 28_951 });
afterAll(() => cluster.dispose());

/** A run is as long as there is this file. */
const held = join(cluster.home, 'held');
const SCRIPT = `#!/bin/sh
echo begins >> trace.txt
echo run begins
while [ -e "${held}" ]; do sleep 0.1; done
echo ends >> trace.txt
`;

it('the first run after a deployment is taken back and done again, though nothing went before it', async () => {
  writeFileSync(held, '');
  await cluster.deploy(cluster.bundle('first', { 'run.sh': SCRIPT }, { contract: { bin_path: 'run.sh', bin_args: '', consensus: { roundtime: 1000 } } }));
  await cluster.logged(1, /^run begins$/m);
  process.kill(await cluster.pid(1), 'SIGKILL');
  await cluster.logged(1, /Node 1 ended unexpectedly/);
  rmSync(held);
  const text = await cluster.logged(1, /Node 1 ended unexpectedly(.*\n)*.*lcl:3-/);
  expect(text.indexOf('Node 1 ended')).toBeLessThan(text.indexOf('lcl:2-'));
  await cluster.ok('stop');
  // Whatever the last run did before the stop.
  expect(cluster.stateFile(1, 'trace.txt')).toMatch(/^(begins\nends\n){2,}(begins\n)?$/);
});

it.skipIf(process.platform !== 'linux')('what node and supervisor leave running when both are killed is ended before the next node touches the state', async () => {
  const script = SCRIPT.replace(/^while.*$/m, '[ -e once ] || { touch once; sleep 60; }');
  const from = cluster.mark(1);
  await cluster.deploy(cluster.bundle('left', { 'run.sh': script }, { contract: { bin_path: 'run.sh', bin_args: '', consensus: { roundtime: 1000 } } }));
  await cluster.logged(1, /^run begins$/m, from);
  const [node, supervisor] = [await cluster.pid(1), await cluster.supervisor()];
  // Held before, so that none of them ends the contract in the moment in which only the other is dead.
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) for (const pid of [node, supervisor]) process.kill(pid, signal);
  const left = (await cluster.processes()).filter((line) => line.includes('run.sh'));
  expect(left.length).toBeGreaterThan(0);
  await cluster.ok('start');
  await cluster.logged(1, /Ended 1 contract processes that a node which was killed had left running\.\n/, from);
  for (const line of left) expect(await cluster.processes()).not.toContain(line);
});
