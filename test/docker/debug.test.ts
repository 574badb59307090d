import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DebugRequest } from '../../src/cluster/engine';
import { FAST, nodeContract } from '../process/support/contracts';
import { User } from '../process/support/users';
import { TestDebugger } from '../support/debugger';
import { DockerCluster } from './support/cluster';

// Debugging in containers, with a debugger that speaks nothing but the inspector's protocol.

const NODES = [1, 2, 3];
let cluster: DockerCluster;
let source: string;
const debuggers: TestDebugger[] = [];
const users: User[] = [];

const debug = async (request: Partial<DebugRequest> & { readonly node: number }, breakpoints?: readonly string[]): Promise<TestDebugger> => {
  const tester = await TestDebugger.arm(cluster.another(), source, request, breakpoints);
  debuggers.push(tester);
  return tester;
};
const connect = async (node: number): Promise<User> => {
  const user = await User.connect(cluster, node, { protocol: 'bson' });
  users.push(user);
  return user;
};

beforeAll(async () => {
  cluster = await DockerCluster.open();
  const path = await nodeContract(cluster, 'notes', FAST);
  source = readFileSync(join(path, 'index.js'), 'utf8');
  await cluster.deploy(path);
  await cluster.advance();
});
afterEach(async () => {
  for (const user of users.splice(0)) await user.close();
  for (const tester of debuggers.splice(0)) tester.dispose();
});
afterAll(() => cluster.dispose());

it('stops at a breakpoint, round after round', async () => {
  const t0 = performance.now();
  const tester = await debug({ node: 2 }, ['appendFileSync(FILE']);
  console.log('armed', performance.now() - t0);
  const user = await connect(1);
  for (const text of ['one', 'two']) {
    const [pending] = await user.submit(text);
    const { debuggee, client, stopped } = await tester.stop();
    console.log(debuggee);
    expect(stopped.callFrames[0]?.functionName).toBe('note');
    expect(await client.value(stopped, 'text')).toBe(text);
    expect(await client.value(stopped, 'process.execArgv.length')).toBe(0);
    console.log(await client.value(stopped, 'JSON.stringify([process.argv, process.execPath, process.argv0, process.env, process.title])'));
    await client.resume();
    expect((await pending)?.status).toBe('accepted');
  }
  const t1 = performance.now();
  await tester.disarm();
  console.log('disarmed', performance.now() - t1);
  console.log(await cluster.run(2, 'ls -la /dev | head -5; grep hotpocket /proc/self/mountinfo; ls -la /dev/hotpocket*; ls -la /usr/bin/node'));
  console.log(await cluster.container(2).changes());
  void NODES;
  console.log(cluster.log(2).slice(-3000));
});
