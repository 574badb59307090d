import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { EmbeddedEngine } from '../../src/cluster/embedded/engine';
import type { DebugRequest } from '../../src/cluster/engine';
import { programs, TestDebugger } from '../support/debugger';
import { CliCluster, ledgerLines, until } from './support/cliCluster';
import { FAST, nodeContract } from './support/contracts';
import { User } from './support/users';

// The engine's side of debugging, with a debugger that speaks nothing but the inspector's protocol.

const PAUSE_MS = process.env.HOTPOCKET_TEST_LONG ? 120_000 : 20_000;
const NODES = [1, 2, 3];
const cluster = new CliCluster({ size: 3, userPort: 18401, peerPort: 28401 });
const debuggers: TestDebugger<EmbeddedEngine>[] = [];
const users: User[] = [];

const debug = async (request: Partial<DebugRequest> & { readonly node: number }, breakpoints?: readonly string[]): Promise<TestDebugger<EmbeddedEngine>> => {
  const engine = new EmbeddedEngine({ programs, env: { ...process.env, HOTPOCKET_HOME: cluster.home } });
  const tester = await TestDebugger.arm(engine, cluster.stateFile(request.node, 'index.js'), request, breakpoints);
  debuggers.push(tester);
  return tester;
};
const connect = async (node: number): Promise<User> => {
  const user = await User.connect(cluster, node, { protocol: 'bson' });
  users.push(user);
  return user;
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** Ends of the logs. To be taken while the clock stands still, so that only what a pause brings about comes after it. */
const marks = (): number[] => NODES.map((node) => cluster.mark(node));
/**
 * Nobody waited for a node, and no ledger was left out, up to the `count`th ledger after the marks: where later runs are not debugged, a
 * busy machine may be too slow for one of them.
 */
const requireSteady = (from: readonly number[], count = 1): void => {
  for (const [i, node] of NODES.entries()) {
    const log = (cluster.log(node).slice(from[i]).match(/[^]*?Ledger created.*\n/g) ?? []).slice(0, count).join('');
    expect(log).toContain('Ledger created');
    expect(log).not.toMatch(/Not enough peers|not on the consensus ledger|fork|weakly|Debugger|inspector/);
    const numbers = ledgerLines(log).map(({ seqNo }) => seqNo);
    expect(numbers).toEqual(numbers.map((_, k) => numbers[0]! + k));
  }
  cluster.requireSameLedgers(NODES);
};

const deploy = async (): Promise<void> => {
  await cluster.deploy(await nodeContract(cluster, 'notes', FAST));
  await cluster.advance(NODES);
};

beforeAll(() => deploy());
afterEach(async () => {
  for (const user of users.splice(0)) await user.close();
  for (const tester of debuggers.splice(0)) tester.dispose();
});
afterAll(() => cluster.dispose());

it(`loses nothing while the contract stands at a breakpoint for ${PAUSE_MS / 1000} s`, async () => {
  const tester = await debug({ node: 2 }, ['appendFileSync(FILE']);
  const user = await connect(1);
  const [pending] = await user.submit('while paused');
  const { debuggee, client, stopped } = await tester.stop();
  expect(debuggee).toMatchObject({ node: 2, kind: 'consensus', inputs: 1, cwd: cluster.path(2, 'contract_fs/seed/state') });
  const from = marks();
  expect(stopped.callFrames[0]?.functionName).toBe('note');
  expect(await client.value(stopped, 'text')).toBe('while paused');
  expect(await client.value(stopped, 'process.execArgv.length')).toBe(0);
  expect(await client.value(stopped, 'Object.keys(process.env).length')).toBe(0);
  const before = NODES.map((node) => cluster.last(node));
  expect((await cluster.status()).pause).toMatchObject({ node: 2, kind: 'consensus', ledgerSeqNo: debuggee.ledgerSeqNo });
  await pause(PAUSE_MS);
  expect(NODES.map((node) => cluster.last(node))).toEqual(before);
  await client.resume();
  expect((await pending)?.status).toBe('accepted');
  await user.receives('noted while paused');
  await cluster.advance(NODES);
  requireSteady(from);
  for (const node of NODES) expect(cluster.stateFile(node, 'notes.txt').match(/while paused/g)).toHaveLength(1);
  expect(await cluster.status()).not.toHaveProperty('pause');
});

it('stops in every round of a second, and lets the others run untouched', async () => {
  const tester = await debug({ node: 1, rounds: 'all' }, ['for (const user of ctx.users.list())']);
  const ledgers: number[] = [];
  let from: number[] | undefined;
  for (let i = 0; i < (process.env.HOTPOCKET_TEST_LONG ? 100 : 20); i++) {
    const { debuggee, client } = await tester.stop();
    from ??= marks();
    ledgers.push(debuggee.ledgerSeqNo);
    await client.resume();
  }
  expect(ledgers).toEqual(ledgers.map((_, i) => ledgers[0]! + i));
  requireSteady(from ?? [], Infinity);
  await tester.disarm();
});

it('costs nothing that lasts: armed without a hit', async () => {
  const files = await cluster.openFiles();
  const tester = await debug({ node: 3, rounds: 'all', runs: 'both' });
  await until('a process to be debugged', 30_000, () => tester.debuggees[0]);
  const from = marks();
  await cluster.advance(NODES, process.env.HOTPOCKET_TEST_LONG ? 1000 : 20, 3_600_000);
  requireSteady(from, Infinity);
  expect(tester.debuggees.length).toBeGreaterThanOrEqual(20);
  await tester.disarm();
  await until('all debugged processes to end', 30_000, () => (tester.ended.length === tester.debuggees.length ? true : undefined));
  tester.dispose();
  await until('as many open files as before', 30_000, async () => ((await cluster.openFiles()) <= files ? true : undefined), async () => `${files} before, ${await cluster.openFiles()} now`);
});

it('debugs read requests, if asked for', async () => {
  const user = await connect(3);
  const tester = await debug({ node: 3, runs: 'read' }, ['from = Date.now()']);
  const reading = user.read('wait 1');
  const { debuggee, client, stopped } = await tester.stop();
  expect(debuggee).toMatchObject({ kind: 'read', inputs: 1 });
  expect(debuggee.cwd).not.toBe(cluster.path(3, 'contract_fs/seed/state'));
  expect(await client.value(stopped, 'text')).toBe('wait 1');
  const at = cluster.last(3);
  await pause(3_000);
  expect(cluster.last(3)).toBe(at);
  await client.resume();
  expect(await reading).toMatch(/^ran from/);
  await user.accepted('not debugged');
  expect(tester.debuggees).toHaveLength(1);
});

it('says which node did not stop its clock, and goes on', async () => {
  const tester = await debug({ node: 1, runs: 'read' }, ['from = Date.now()']);
  const said: unknown[] = [];
  tester.engine.onDidChange((change) => change.type === 'notice' && said.push([change.code, change.node]));
  const user = await connect(1);
  const suspended = await cluster.pid(3);
  process.kill(suspended, 'SIGSTOP');
  try {
    const reading = user.read('wait 1');
    const { client } = await tester.stop();
    expect(said).toEqual([['CLOCK_NOT_HELD', 3]]);
    await client.resume();
    expect(await reading).toMatch(/^ran from/);
  } finally {
    process.kill(suspended, 'SIGCONT');
  }
  await tester.disarm();
  await cluster.advance(NODES);
});

it('debugs two nodes at once', async () => {
  const testers = [await debug({ node: 1 }, ['appendFileSync(FILE']), await debug({ node: 3 }, ['appendFileSync(FILE'])];
  await expect(debug({ node: 1 })).rejects.toMatchObject({ code: 'DEBUG_NODE_BUSY' });
  const user = await connect(2);
  const [pending] = await user.submit('for both');
  const stops = await Promise.all(testers.map((tester) => tester.stop()));
  const from = marks();
  expect(stops.map(({ debuggee }) => debuggee.node)).toEqual([1, 3]);
  for (const { client } of stops) await client.resume();
  await cluster.advance(NODES);
  requireSteady(from);
  expect((await pending)?.status).toBe('accepted');
});

it('lets the contract run on when its debugger is gone', async () => {
  const tester = await debug({ node: 2 }, ['appendFileSync(FILE']);
  const user = await connect(1);
  const [pending] = await user.submit('deserted');
  await tester.stop();
  const from = marks();
  tester.dispose();
  expect((await pending)?.status).toBe('accepted');
  await user.receives('noted deserted');
  await cluster.advance(NODES);
  requireSteady(from);
});

it('lets the contract run on when its debugger hangs', async () => {
  const tester = await debug({ node: 2 }, ['appendFileSync(FILE']);
  const user = await connect(1);
  const [pending] = await user.submit('hanging');
  await tester.stop();
  const from = marks();
  // It stays attached, but renews its lease no more.
  tester.engine.dispose();
  await user.receives('noted hanging');
  expect((await pending)?.status).toBe('accepted');
  await cluster.advance(NODES);
  requireSteady(from);
});

it('goes on when the debugged contract is killed', async () => {
  const tester = await debug({ node: 2 }, ['appendFileSync(FILE']);
  const user = await connect(1);
  const [pending] = await user.submit('killed on one node');
  const { debuggee } = await tester.stop();
  process.kill(debuggee.pid, 'SIGKILL');
  expect((await pending)?.status).toBe('accepted');
  await tester.disarm();
  // The others' state wins, and node 2 takes it over.
  await cluster.advance(NODES, 3);
  for (const node of NODES) expect(cluster.stateFile(node, 'notes.txt')).toContain('killed on one node');
});

it('stops the node, or another one, while a contract is paused', async () => {
  const tester = await debug({ node: 2 }, ['appendFileSync(FILE']);
  const user = await connect(1);
  void (await user.submit('stopped nodes'));
  await tester.stop();
  await cluster.ok('stop', '3');
  await cluster.ok('stop', '2');
  expect(await cluster.status()).not.toHaveProperty('pause');
  await cluster.ok('start');
  // The run is done again, and debugged again.
  const { client } = await tester.stop();
  await client.resume();
  await tester.disarm();
  await cluster.advance(NODES, 2);
  for (const node of NODES) expect(cluster.stateFile(node, 'notes.txt').match(/stopped nodes/g)).toHaveLength(1);
});

it('goes on debugging when the supervisor was killed', async () => {
  const tester = await debug({ node: 2 }, ['appendFileSync(FILE']);
  const user = await connect(1);
  void (await user.submit('without supervisor'));
  await tester.stop();
  process.kill(await cluster.supervisor(), 'SIGKILL');
  await pause(1_000);
  await cluster.ok('start');
  await until('node 2 to be debugged again', 30_000, async () => ((await cluster.status()).nodes[1]?.debugged ? true : undefined));
  // The run is done again. Whether it is debugged again depends on who was quicker, node 2 or the debugger's order.
  let next = tester.stop();
  const advanced = cluster.advance(NODES, 2);
  const again = await Promise.race([next, advanced.then(() => undefined)]);
  if (again) {
    await again.client.resume();
    next = tester.stop();
  }
  await advanced;
  for (const node of NODES) expect(cluster.stateFile(node, 'notes.txt').match(/without supervisor/g)).toHaveLength(1);
  const later = await connect(3);
  void (await later.submit('with the next one'));
  const { client } = await next;
  await client.resume();
  await later.receives('noted with the next one');
  expect((await cluster.status()).nodes.map(({ debugged }) => debugged)).toEqual([false, true, false]);
});

it('holds across a deployment', async () => {
  const tester = await debug({ node: 2 }, ['appendFileSync(FILE']);
  const user = await connect(1);
  void (await user.submit('before'));
  await tester.stop();
  await deploy();
  expect((await cluster.status()).clockBehind).toBe(0);
  const later = await connect(3);
  void (await later.submit('after'));
  const { client, stopped } = await tester.stop();
  expect(await client.value(stopped, 'text')).toBe('after');
  await client.resume();
  await later.receives('noted after');
});

it('hears what its peers said while it was paused', async () => {
  await cluster.deploy(await nodeContract(cluster, 'npl', FAST));
  await cluster.advance(NODES);
  const tester = await debug({ node: 2, rounds: 'all' }, ['randomInt(']);
  const { debuggee, client } = await tester.stop();
  await pause(3_000);
  await tester.disarm();
  await client.resume();
  const heard = new RegExp(`run ${debuggee.ledgerSeqNo} said (\\d+) heard (\\d+ \\d+ \\d+) own true`);
  const lines = await Promise.all(NODES.map((node) => cluster.logged(node, heard)));
  expect(new Set(lines.map((line) => heard.exec(line)?.[2])).size).toBe(1);
  await cluster.advance(NODES);
  expect(new Set(NODES.map((node) => cluster.stateFile(node, 'agreed.txt').split('\n').slice(0, 2).join())).size).toBe(1);
  await deploy();
});

it('falls behind and recovers where the clock is not stopped', async () => {
  const tester = await debug({ node: 3, pauseCluster: false }, ['appendFileSync(FILE']);
  const from = marks();
  const user = await connect(1);
  void (await user.submit('alone'));
  const { client } = await tester.stop();
  await cluster.logged(1, /Not enough peers proposing to perform consensus. votes:2 needed:3/, from[0]);
  await client.resume();
  await tester.disarm();
  await cluster.advance(NODES, 2);
  for (const node of NODES) expect(cluster.stateFile(node, 'notes.txt').match(/alone/g)).toHaveLength(1);
});
