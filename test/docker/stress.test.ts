import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, it } from 'vitest';
import { FAST, nodeContract } from '../process/support/contracts';
import { User } from '../process/support/users';
import { TestDebugger } from '../support/debugger';
import { DockerCluster } from './support/cluster';
let cluster: DockerCluster;
let source: string;
beforeAll(async () => {
  cluster = await DockerCluster.open();
  const path = await nodeContract(cluster, 'notes', FAST);
  source = readFileSync(join(path, 'index.js'), 'utf8');
  await cluster.deploy(path);
  await cluster.advance();
});
afterAll(() => cluster.dispose());
it('stress', async () => {
  let bad = 0;
  for (let i = 0; i < 110; i++) {
    const tester = await TestDebugger.arm(cluster.another(), source, { node: 2, rounds: 'all' }, ['async function contract']);
    const before = tester.debuggees.length;
    while (tester.debuggees.length === before) await new Promise((r) => setTimeout(r, 2));
    await new Promise((r) => setTimeout(r, Math.random() * 150));
    await tester.disarm();
    tester.dispose();
    const now = cluster.log(2).match(/prematurely.*/g)?.length ?? 0;
    if (now !== bad) console.log(i, cluster.log(2).slice(-700));
    bad = now;
  }
  console.log('bad', bad, cluster.log(2).match(/prematurely.*/g)?.join());
}, 560000);
