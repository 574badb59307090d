import { afterAll, expect, it } from 'vitest';
import { CliCluster } from './support/cliCluster';

// The first run after a deployment, cut short: nothing went before it that a node could go back to but what was deployed.

const cluster = new CliCluster({ size: 1, userPort: 18_951, peerPort: 28_951 });
afterAll(() => cluster.dispose());

const SCRIPT = `#!/bin/sh
echo begins >> trace.txt
echo run begins
sleep 0.4
echo ends >> trace.txt
`;

it('is taken back and done again', async () => {
  await cluster.deploy(cluster.bundle('first', { 'run.sh': SCRIPT }, { contract: { bin_path: 'run.sh', bin_args: '', consensus: { roundtime: 1000 } } }));
  await cluster.logged(1, /^run begins$/m);
  process.kill(await cluster.pid(1), 'SIGKILL');
  const text = await cluster.logged(1, /Node 1 ended unexpectedly(.*\n)*.*lcl:3-/);
  expect(text.indexOf('Node 1 ended')).toBeLessThan(text.indexOf('lcl:2-'));
  await cluster.ok('stop');
  // Whatever the last run did before the stop.
  expect(cluster.stateFile(1, 'trace.txt')).toMatch(/^(begins\nends\n){2,}(begins\n)?$/);
});
