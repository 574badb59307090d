import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect as connectTo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { DebugEvent, DebugRequest } from '../../src/cluster/engine';
import { FAST, nodeContract } from '../process/support/contracts';
import { User } from '../process/support/users';
import { debugRequest, programs, TestDebugger } from '../support/debugger';
import { InspectorClient } from '../support/inspectorClient';
import { until } from '../support/until';
import { DockerCluster } from './support/cluster';

// Debugging in containers, with a debugger that speaks nothing but the inspector's protocol.

const PAUSE_MS = process.env.HOTPOCKET_TEST_LONG ? 60_000 : 10_000;
const EXEC_TIMEOUT_MS = 120_000;
const NOTE = 'appendFileSync(FILE';
const ALWAYS = 'for (const user of ctx.users.list())';
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
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const listens = (host: string, port: number): Promise<boolean> => new Promise((done) => {
  const socket = connectTo(port, host).on('connect', () => (socket.destroy(), done(true))).on('error', () => done(false));
});
const deploy = async (contract: object = {}): Promise<void> => {
  const path = await nodeContract(cluster, 'notes', { ...FAST, round_limits: { exec_timeout: EXEC_TIMEOUT_MS }, ...contract });
  source = readFileSync(join(path, 'index.js'), 'utf8');
  await cluster.deploy(path);
  await cluster.advance();
};
/** Ends of the logs when the test began. */
let begun: readonly number[];
/** It ends contracts itself. */
let violent = false;

beforeAll(async () => {
  cluster = await DockerCluster.open();
  await deploy();
});
beforeEach(() => {
  begun = NODES.map((node) => cluster.log(node).length);
  violent = false;
});
afterEach(async () => {
  for (const user of users.splice(0)) await user.close();
  for (const tester of debuggers.splice(0)) {
    await tester.disarm();
    tester.dispose();
  }
  const said = NODES.map((node, i) => cluster.log(node).slice(begun[i])).join('');
  if (!violent) expect(said).not.toContain('prematurely');
  expect(said).not.toMatch(/[Ff]ork|[Dd]ebugger|inspector/);
});
afterAll(() => cluster.dispose());

it('stops at a breakpoint round after round, and leaves no trace', async () => {
  const before = await cluster.traces(2);
  const tester = await debug({ node: 2 }, [NOTE]);
  expect((await cluster.status()).nodes.map(({ debugged }) => debugged)).toEqual([false, true, false]);
  const user = await connect(1);
  for (const text of ['one', 'two']) {
    const [pending] = await user.submit(text);
    const { debuggee, client, stopped } = await tester.stop();
    expect(debuggee).toMatchObject({ node: 2, kind: 'consensus', inputs: 1, ledgerSeqNo: cluster.last(2), cwd: '/hpdevkit_vol/node2/contract_fs/seed/state' });
    const left = (debuggee.endsAt ?? 0) - Date.now();
    expect(left).toBeLessThanOrEqual(EXEC_TIMEOUT_MS);
    expect(left).toBeGreaterThan(EXEC_TIMEOUT_MS - 10_000);
    expect(stopped.callFrames[0]?.functionName).toBe('note');
    expect(await client.value(stopped, 'text')).toBe(text);
    // It sees nothing of all this.
    expect(await client.value(stopped, '[...process.argv, process.execPath, ...process.execArgv].join()')).toBe(`/usr/bin/node,${debuggee.cwd}/index.js,/usr/bin/node`);
    expect(await client.value(stopped, 'Object.keys(process.env).join()')).toBe('');
    await client.resume();
    expect((await pending)?.status).toBe('accepted');
    await user.receives(`noted ${text}`);
  }
  await tester.disarm();
  await cluster.advance();
  cluster.requireSameLedgers();
  expect(await cluster.traces(2)).toBe(before);
  expect((await cluster.status()).nodes.map(({ debugged }) => debugged)).toEqual([false, false, false]);
});

it(`is in step again after ${PAUSE_MS / 1000} s at a breakpoint`, async () => {
  const tester = await debug({ node: 2 }, [NOTE]);
  const user = await connect(1);
  const [pending] = await user.submit('while paused');
  const { client } = await tester.stop();
  const at = cluster.last(1);
  await pause(PAUSE_MS);
  // Three nodes need three.
  expect(cluster.last(1) - at).toBeLessThanOrEqual(1);
  await client.resume();
  expect((await pending)?.status).toBe('accepted');
  await cluster.advance(2);
  cluster.requireSameLedgers();
  for (const node of NODES) expect((await cluster.stateFile(node, 'notes.txt')).match(/while paused/g)).toHaveLength(1);
});

it('stops at the first line, in rounds without inputs too', async () => {
  const tester = await debug({ node: 1, rounds: 'all' }, [ALWAYS]);
  const { debuggee, client, entry } = await tester.stop();
  expect(debuggee).toMatchObject({ kind: 'consensus', inputs: 0 });
  // Behind 'use strict'.
  expect(entry.callFrames[0]).toMatchObject({ functionName: '', location: { lineNumber: 1 } });
  await client.resume();
  await cluster.advance();
});

it('debugs read requests, if asked for', async () => {
  const user = await connect(3);
  const tester = await debug({ node: 3, runs: 'read' }, ['from = Date.now()']);
  const reading = user.read('wait 1');
  const { debuggee, client, stopped } = await tester.stop();
  expect(debuggee).toMatchObject({ kind: 'read', inputs: 1 });
  expect(debuggee.ledgerSeqNo).toBeGreaterThan(0);
  expect(await client.value(stopped, 'text')).toBe('wait 1');
  await cluster.advance();
  await client.resume();
  expect(await reading).toMatch(/^ran from/);
  await user.accepted('not debugged');
  expect(tester.debuggees).toHaveLength(1);
});

it('is reached on this machine only, and only by who knows the path', async () => {
  const tester = await debug({ node: 2, rounds: 'all' }, [ALWAYS]);
  const { debuggee, client } = await tester.stop();
  const { hostname, port } = new URL(debuggee.address);
  expect(hostname).toBe('127.0.0.1');
  const others = Object.values(networkInterfaces()).flatMap((list) => list ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address);
  expect(others.length).toBeGreaterThan(0);
  for (const address of others) expect(await listens(address, Number(port))).toBe(false);
  await expect(InspectorClient.attach(`ws://127.0.0.1:${port}/${'0'.repeat(36)}`)).rejects.toThrow();
  expect((await cluster.container(2).inspect()).HostConfig.PortBindings).toEqual({ '8082/tcp': [{ HostIp: '', HostPort: '8082' }] });
  await client.resume();
});

it('is one debugger a node', async () => {
  await debug({ node: 2 });
  await expect(debug({ node: 2 })).rejects.toMatchObject({ code: 'DEBUG_NODE_BUSY' });
  const other = await debug({ node: 3, rounds: 'all' }, [ALWAYS]);
  await (await other.stop()).client.resume();
});

it('lets the contract run on without a trace when debugging is ended at a breakpoint', async () => {
  const before = await cluster.traces(2);
  const tester = await debug({ node: 2 }, [NOTE]);
  const user = await connect(1);
  const [pending] = await user.submit('ended');
  await tester.stop();
  await tester.disarm();
  expect((await pending)?.status).toBe('accepted');
  await user.receives('noted ended');
  await cluster.advance();
  cluster.requireSameLedgers();
  expect(await cluster.traces(2)).toBe(before);
});

it('lets the contract run on without a trace when whoever debugs is killed at a breakpoint', async () => {
  const before = await cluster.traces(2);
  const request = debugRequest(await cluster.status(), { node: 2 });
  const holder = spawn(process.execPath, [resolve(__dirname, 'support/holdDebugger.mjs'), programs, JSON.stringify(request)], { env: cluster.engineEnv, stdio: ['ignore', 'pipe', 'inherit'] });
  const events: DebugEvent[] = [];
  createInterface({ input: holder.stdout }).on('line', (line) => events.push(JSON.parse(line) as DebugEvent));
  try {
    await until('node 2 to be debugged', 20_000, async () => ((await cluster.node(2)).debugged ? true : undefined));
    const user = await connect(1);
    const [pending] = await user.submit('killed');
    const event = await until('a process to wait', 20_000, () => events[0]);
    if (event.type !== 'waiting') throw new Error('No process waits.');
    const client = await InspectorClient.attach(event.debuggee.address, [{ urlRegex: 'index\\.js$', lineNumber: source.split('\n').findIndex((line) => line.includes(NOTE)) }]);
    await client.begin();
    await client.stopped();
    holder.kill('SIGKILL');
    expect((await pending)?.status).toBe('accepted');
    await user.receives('noted killed');
  } finally {
    holder.kill('SIGKILL');
  }
  await until('node 2 not to be debugged', 20_000, async () => ((await cluster.node(2)).debugged ? undefined : true));
  await cluster.advance();
  cluster.requireSameLedgers();
  expect(await cluster.traces(2)).toBe(before);
});

it('mends what an agent left that was killed, and goes on debugging', async () => {
  const before = await cluster.traces(2);
  const tester = await debug({ node: 2 }, [NOTE]);
  await cluster.run(2, 'kill -9 "$(cat /dev/hotpocket-debug/owner)"');
  const user = await connect(1);
  await until('node 2 to be debugged again', 20_000, async () => ((await cluster.node(2)).debugged ? true : undefined));
  const [pending] = await user.submit('again');
  await (await tester.stop()).client.resume();
  expect((await pending)?.status).toBe('accepted');
  await tester.disarm();
  expect(await cluster.traces(2)).toBe(before);
});

it('goes on debugging when the container was killed and starts again', async () => {
  violent = true;
  const tester = await debug({ node: 2 }, [NOTE]);
  const user = await connect(1);
  void (await user.submit('before the end'));
  await tester.stop();
  await cluster.engine.stop(2);
  expect((await cluster.status()).nodes.map(({ debugged }) => debugged)).toEqual([false, false, false]);
  await cluster.engine.start(2);
  await until('node 2 to be debugged again', 20_000, async () => ((await cluster.node(2)).debugged ? true : undefined));
  const later = await connect(3);
  void (await later.submit('after the start'));
  // The run before is done again by the node, and debugged again if it was armed in time.
  for (;;) {
    const { client, stopped } = await tester.stop();
    const text = await client.value(stopped, 'text');
    await client.resume();
    if (text === 'after the start') break;
  }
  await later.receives('noted after the start');
});

it('ends while the contract is just being started, without breaking it', async () => {
  const before = await cluster.traces(2);
  // A shell that takes its time, as any does for a moment.
  await cluster.run(2, `mkdir /tmp/slow && cp /bin/sh /tmp/slow/sh && printf '#!/tmp/slow/sh\\nsleep 1\\nexec /tmp/slow/sh "$@"\\n' > /tmp/slow/slow && chmod 755 /tmp/slow/slow && mv /bin/sh /bin/sh.away && cp /tmp/slow/slow /bin/sh`);
  const tester = await debug({ node: 2 });
  const results = Array.from({ length: 5 }, async (_, i) => {
    await pause(i * 100);
    return cluster.exec(2, ['/usr/bin/node', '-p', '1 + 1']);
  });
  await pause(250);
  await tester.disarm();
  expect(await Promise.all(results)).toEqual(results.map(() => '2\n'));
  await cluster.exec(2, ['/tmp/slow/sh', '-c', 'mv /bin/sh.away /bin/sh && rm -r /tmp/slow']);
  await cluster.advance();
  // Those that took the shell away are not meant.
  const unchanged = (text: string): string => text.split('\n').filter((line) => !/^\/bin|^\/tmp 0/.test(line)).join('\n');
  expect(unchanged(await cluster.traces(2))).toBe(unchanged(before));
});

it('works where nothing can be started from /dev, and with a program that is a link', async () => {
  for (const node of NODES) await cluster.run(node, 'ln -s node /usr/bin/nodejs');
  await deploy({ bin_path: '/usr/bin/nodejs' });
  await cluster.run(2, 'mount -o remount,noexec /dev');
  const before = await cluster.traces(2);
  const tester = await debug({ node: 2 }, [NOTE]);
  const user = await connect(1);
  const [pending] = await user.submit('linked');
  const { client, stopped } = await tester.stop();
  expect(await client.value(stopped, 'process.execPath')).toBe('/usr/bin/node');
  await client.resume();
  expect((await pending)?.status).toBe('accepted');
  await tester.disarm();
  expect(await cluster.traces(2)).toBe(before);
});

it('refuses what it could not undo, and says what hinders it', async () => {
  await cluster.run(2, 'mv /bin/umount /bin/umount.away');
  const before = await cluster.traces(2);
  await expect(debug({ node: 2 })).rejects.toMatchObject({ code: 'DEBUG_CONTAINER_REFUSED', message: expect.stringContaining('umount') as string });
  expect(await cluster.traces(2)).toBe(before);
});
