import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import type { DebugEvent } from '../../src/cluster/engine';
import { debugRequest, programs } from '../support/debugger';
import { InspectorClient } from '../support/inspectorClient';
import { until } from '../support/until';
import { Debugging, EXEC_TIMEOUT_MS, NOTE } from './support/debugging';

// Debugging in containers as it should be; what may happen to it is in debugFaults.test.ts.

const debugging = new Debugging();

it('stops at a breakpoint round after round, and leaves no trace', async () => {
  const before = await debugging.cluster.traces(2);
  const tester = await debugging.debug({ node: 2 }, [NOTE]);
  expect((await debugging.cluster.status()).nodes.map(({ debugged }) => debugged)).toEqual([false, true, false]);
  const user = await debugging.connect(1);
  for (const text of ['one', 'two']) {
    const [pending] = await user.submit(text);
    const { debuggee, client, stopped } = await tester.stop();
    expect(debuggee).toMatchObject({ node: 2, kind: 'consensus', inputs: 1 });
    // Ours works in the folder itself, hpcore in what hpfs mounts.
    expect(debuggee.cwd).toMatch(/^\/hpdevkit_vol\/node2\/contract_fs\/(?:seed|mnt\/rw)\/state$/);
    // Its log takes longer to be here.
    await until('the ledger of the run', 20_000, () => (debugging.cluster.last(2) === debuggee.ledgerSeqNo ? true : undefined), () => `${debuggee.ledgerSeqNo}, but ${debugging.cluster.last(2)}`);
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
  await debugging.cluster.advance();
  expect(await debugging.cluster.traces(2)).toBe(before);
  expect((await debugging.cluster.status()).nodes.map(({ debugged }) => debugged)).toEqual([false, false, false]);
});

it('debugs read requests, if asked for', async () => {
  const user = await debugging.connect(3);
  const tester = await debugging.debug({ node: 3, runs: 'read' }, ['from = Date.now()']);
  const reading = user.read('wait 1');
  const { debuggee, client, stopped } = await tester.stop();
  expect(debuggee).toMatchObject({ kind: 'read', inputs: 1 });
  expect(debuggee.ledgerSeqNo).toBeGreaterThan(0);
  expect(await client.value(stopped, 'text')).toBe('wait 1');
  await debugging.cluster.advance();
  await client.resume();
  expect(await reading).toMatch(/^ran from/);
  await user.accepted('not debugged');
  expect(tester.debuggees).toHaveLength(1);
});

it('lets the contract run on without a trace when whoever debugs is killed at a breakpoint', async () => {
  const before = await debugging.cluster.traces(2);
  const request = debugRequest(await debugging.cluster.status(), { node: 2 });
  const holder = spawn(process.execPath, [resolve(__dirname, 'support/holdDebugger.mjs'), programs, JSON.stringify(request)], { env: debugging.cluster.engineEnv, stdio: ['ignore', 'pipe', 'inherit'] });
  const events: DebugEvent[] = [];
  createInterface({ input: holder.stdout }).on('line', (line) => events.push(JSON.parse(line) as DebugEvent));
  try {
    await until('node 2 to be debugged', 20_000, async () => ((await debugging.cluster.node(2)).debugged ? true : undefined));
    const user = await debugging.connect(1);
    const [pending] = await user.submit('killed');
    const event = await until('a process to wait', 20_000, () => events[0]);
    if (event.type !== 'waiting') throw new Error('No process waits.');
    const client = await InspectorClient.attach(event.debuggee.address, [{ urlRegex: 'index\\.js$', lineNumber: debugging.line(NOTE) }]);
    await client.begin();
    await client.stopped();
    holder.kill('SIGKILL');
    expect((await pending)?.status).toBe('accepted');
    await user.receives('noted killed');
  } finally {
    holder.kill('SIGKILL');
  }
  await until('node 2 not to be debugged', 20_000, async () => ((await debugging.cluster.node(2)).debugged ? undefined : true));
  await debugging.cluster.advance();
  expect(await debugging.cluster.traces(2)).toBe(before);
});
