import { connect as connectTo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { InspectorClient } from '../support/inspectorClient';
import { until } from '../support/until';
import { ALWAYS, Debugging, NODES, NOTE } from './support/debugging';

// What may happen to debugging in containers, and to who is debugged.

const PAUSE_MS = process.env.HOTPOCKET_TEST_LONG ? 60_000 : 10_000;
const debugging = new Debugging();
const listens = (host: string, port: number): Promise<boolean> => new Promise((done) => {
  const socket = connectTo(port, host).on('connect', () => (socket.destroy(), done(true))).on('error', () => done(false));
});

/** Lets runs go on that stop, up to the one that has this input. */
async function goOnAfter(tester: Awaited<ReturnType<typeof debugging.debug>>, input: string): Promise<void> {
  for (let text = ''; text !== input; ) {
    const { client, stopped } = await tester.stop();
    text = String(await client.value(stopped, 'text'));
    await client.resume();
  }
}

it(`is in step again after ${PAUSE_MS / 1000} s at a breakpoint`, async () => {
  const tester = await debugging.debug({ node: 2 }, [NOTE]);
  const user = await debugging.connect(1);
  const [pending] = await user.submit('while paused');
  const { client } = await tester.stop();
  const at = debugging.cluster.last(1);
  await sleep(PAUSE_MS);
  // Three nodes need three.
  expect(debugging.cluster.last(1) - at).toBeLessThanOrEqual(1);
  await client.resume();
  expect((await pending)?.status).toBe('accepted');
  await debugging.cluster.advance(2);
  for (const node of NODES) expect((await debugging.cluster.stateFile(node, 'notes.txt')).match(/while paused/g)).toHaveLength(1);
});

it('stops at the first line, in rounds without inputs too', async () => {
  const tester = await debugging.debug({ node: 1, rounds: 'all' }, [ALWAYS]);
  const { debuggee, client, entry } = await tester.stop();
  expect(debuggee).toMatchObject({ kind: 'consensus', inputs: 0 });
  // Behind 'use strict'.
  expect(entry.callFrames[0]).toMatchObject({ functionName: '', location: { lineNumber: 1 } });
  await client.resume();
  await debugging.cluster.advance();
});

it('is reached on this machine only, and only by who knows the path', async () => {
  const tester = await debugging.debug({ node: 2, rounds: 'all' }, [ALWAYS]);
  const { debuggee, client } = await tester.stop();
  const { hostname, port } = new URL(debuggee.address);
  expect(hostname).toBe('127.0.0.1');
  const others = Object.values(networkInterfaces()).flatMap((list) => list ?? []).filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address);
  expect(others.length).toBeGreaterThan(0);
  for (const address of others) expect(await listens(address, Number(port))).toBe(false);
  await expect(InspectorClient.attach(`ws://127.0.0.1:${port}/${'0'.repeat(36)}`)).rejects.toThrow();
  expect((await debugging.cluster.container(2).inspect()).HostConfig.PortBindings).toEqual({ '8082/tcp': [{ HostIp: '', HostPort: '8082' }] });
  await client.resume();
});

it('is one debugger a node', async () => {
  await debugging.debug({ node: 2 });
  await expect(debugging.debug({ node: 2 })).rejects.toMatchObject({ code: 'DEBUG_NODE_BUSY' });
  const other = await debugging.debug({ node: 3, rounds: 'all' }, [ALWAYS]);
  await (await other.stop()).client.resume();
});

it('lets the contract run on without a trace when debugging is ended at a breakpoint', async () => {
  const before = await debugging.cluster.traces(2);
  const tester = await debugging.debug({ node: 2 }, [NOTE]);
  const user = await debugging.connect(1);
  const [pending] = await user.submit('ended');
  await tester.stop();
  await tester.disarm();
  expect((await pending)?.status).toBe('accepted');
  await user.receives('noted ended');
  await debugging.cluster.advance();
  expect(await debugging.cluster.traces(2)).toBe(before);
});

it('mends what an agent left that was killed, and goes on debugging', async () => {
  const before = await debugging.cluster.traces(2);
  const tester = await debugging.debug({ node: 2 }, [NOTE]);
  await debugging.cluster.run(2, 'kill -9 "$(cat /dev/hotpocket-debug/owner)"');
  const user = await debugging.connect(1);
  await until('node 2 to be debugged again', 20_000, async () => ((await debugging.cluster.node(2)).debugged ? true : undefined));
  const [pending] = await user.submit('again');
  await (await tester.stop()).client.resume();
  expect((await pending)?.status).toBe('accepted');
  await tester.disarm();
  expect(await debugging.cluster.traces(2)).toBe(before);
});

it('goes on debugging when the container was killed and starts again', async () => {
  debugging.violent = true;
  const tester = await debugging.debug({ node: 2 }, [NOTE]);
  const user = await debugging.connect(1);
  void (await user.submit('before the end'));
  await tester.stop();
  await debugging.cluster.engine.stop(2);
  expect((await debugging.cluster.status()).nodes.map(({ debugged }) => debugged)).toEqual([false, false, false]);
  await debugging.cluster.engine.start(2);
  await until('node 2 to be debugged again', 20_000, async () => ((await debugging.cluster.node(2)).debugged ? true : undefined));
  const later = await debugging.connect(3);
  void (await later.submit('after the start'));
  // The run before is done again by the node, and debugged again if it was armed in time.
  await goOnAfter(tester, 'after the start');
  await later.receives('noted after the start');
});

it('ends while the contract is just being started, without breaking it', async () => {
  const before = await debugging.cluster.traces(2);
  // A shell that takes its time, as any does for a moment.
  await debugging.cluster.run(2, `mkdir /tmp/slow && cp /bin/sh /tmp/slow/sh && printf '#!/tmp/slow/sh\\nsleep 1\\nexec /tmp/slow/sh "$@"\\n' > /tmp/slow/slow && chmod 755 /tmp/slow/slow && mv /bin/sh /bin/sh.away && cp /tmp/slow/slow /bin/sh`);
  const tester = await debugging.debug({ node: 2 });
  const results = Array.from({ length: 5 }, async (_, i) => {
    await sleep(i * 100);
    return debugging.cluster.exec(2, ['/usr/bin/node', '-p', '1 + 1']);
  });
  await sleep(250);
  await tester.disarm();
  expect(await Promise.all(results)).toEqual(results.map(() => '2\n'));
  await debugging.cluster.exec(2, ['/tmp/slow/sh', '-c', 'mv /bin/sh.away /bin/sh && rm -r /tmp/slow']);
  await debugging.cluster.advance();
  // Those that took the shell away are not meant.
  const unchanged = (text: string): string => text.split('\n').filter((line) => !/^\/bin|^\/tmp 0/.test(line)).join('\n');
  expect(unchanged(await debugging.cluster.traces(2))).toBe(unchanged(before));
});

it('says when the time of a process at a breakpoint is over, and goes on debugging when it was', async () => {
  debugging.violent = true;
  await debugging.deploy({ round_limits: { exec_timeout: 5_000 } });
  const tester = await debugging.debug({ node: 2 }, [NOTE]);
  const user = await debugging.connect(1);
  void (await user.submit('too long'));
  const { debuggee } = await tester.stop();
  await until('its end', 20_000, () => (tester.ended.includes(debuggee.run) ? true : undefined));
  expect(Math.abs(Date.now() - (debuggee.endsAt ?? 0))).toBeLessThan(1_500);
  await until('the node to say so', 20_000, () => (debugging.cluster.log(2).includes('Contract process timeout of 5000ms exceeded.') ? true : undefined), () => debugging.cluster.log(2).slice(-1_500));
  await debugging.cluster.advance(2);
  void (await user.submit('in time'));
  await goOnAfter(tester, 'in time');
  await user.receives('noted in time');
});

it('works where nothing can be started from /dev, and with a program that is a link', async () => {
  for (const node of NODES) await debugging.cluster.run(node, 'ln -s node /usr/bin/nodejs');
  await debugging.deploy({ bin_path: '/usr/bin/nodejs' });
  await debugging.cluster.run(2, 'mount -o remount,noexec /dev');
  const before = await debugging.cluster.traces(2);
  const tester = await debugging.debug({ node: 2 }, [NOTE]);
  const user = await debugging.connect(1);
  const [pending] = await user.submit('linked');
  const { client, stopped } = await tester.stop();
  expect(await client.value(stopped, 'process.execPath')).toBe('/usr/bin/node');
  await client.resume();
  expect((await pending)?.status).toBe('accepted');
  await tester.disarm();
  expect(await debugging.cluster.traces(2)).toBe(before);
});

it('refuses what it could not undo, and says what hinders it', async () => {
  await debugging.cluster.run(2, 'mv /bin/umount /bin/umount.away');
  const before = await debugging.cluster.traces(2);
  await expect(debugging.debug({ node: 2 })).rejects.toMatchObject({ code: 'DEBUG_CONTAINER_REFUSED', message: expect.stringContaining('umount') as string });
  expect(await debugging.cluster.traces(2)).toBe(before);
});
