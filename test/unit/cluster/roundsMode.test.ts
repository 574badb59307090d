import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROTOCOL, requests, versionText } from '../../../src/cluster/embedded/protocol';
import { rpcOver } from '../../../src/cluster/embedded/rpc';
import type { ClusterChange } from '../../../src/cluster/engine';
import { eventually, freeDefaults, isRunning, useHomes, type TestHome } from '../../support/embedded';

// When rounds start, as the supervisor keeps it. The node program is test/support/fakeNode.mjs, which logs what it is told.
let home: TestHome;
useHomes((made) => (home = made));

const contract = { 'index.js': 'one', 'hp.cfg.override': { contract: { bin_path: '/usr/bin/node', bin_args: 'index.js' } } };
/** What a node was told since its first start; null for each start. */
const told = (node: number): (string | null)[] => [...readFileSync(home.paths.node(node).consoleLog, 'utf8').matchAll(/HotPocket 0|Rounds (\w+)/g)].map(([, mode]) => mode ?? null);
const supervisorPid = (): number => Number([...readFileSync(home.paths.supervisorLog, 'utf8').matchAll(/process (\d+)/g)].at(-1)?.[1]);
const toldAll = (expected: readonly (string | null)[], nodes = [1, 2]): Promise<true> => eventually(() => nodes.every((node) => told(node).join() === expected.join()) || undefined);

it('a running cluster is on the grid, switches at once, and tells whoever looks', async () => {
  const deployed = await home.deploy(contract, await freeDefaults(2));
  const engine = home.engine();
  expect([deployed.rounds, (await engine.status())?.rounds]).toEqual(['grid', 'grid']);
  const heard: ClusterChange[] = [];
  engine.onDidChange((change) => change.type === 'rounds' && heard.push(change));
  await engine.status();
  await home.engine().setRounds('eager');
  await home.engine().setRounds('eager');
  await eventually(() => heard.length > 0);
  await home.engine().setRounds('grid');
  await eventually(() => heard.length > 1);
  // Nothing is said where nothing changes.
  expect(heard).toEqual([{ type: 'rounds', mode: 'eager' }, { type: 'rounds', mode: 'grid' }]);
  await toldAll([null, 'eager', 'grid']);
});

it('the mode stays over restarts of nodes, the death of the supervisor and deployments, and holds for nodes added later', async () => {
  await home.deploy(contract, await freeDefaults(2));
  await home.engine().setRounds('eager');
  await toldAll([null, 'eager']);
  await home.engine().stop(1);
  await home.engine().start(1);
  await toldAll([null, 'eager', null, 'eager'], [1]);

  const pid = supervisorPid();
  process.kill(pid, 'SIGKILL');
  await eventually(() => !isRunning(pid));
  // Without a supervisor the files tell.
  expect((await home.engine().status())?.rounds).toBe('eager');
  await home.engine().start();
  await toldAll([null, 'eager', null, 'eager'], [2]);

  expect(await home.deploy(contract)).toMatchObject({ rounds: 'eager' });
  await toldAll([null, 'eager', null, 'eager', null, 'eager'], [2]);
  const { node } = await home.engine().spawn();
  await toldAll([null, 'eager'], [node]);
  await home.engine().clean();
  expect(await home.deploy(contract, await freeDefaults(1))).toMatchObject({ rounds: 'grid' });
});

it('a deployment can say the mode, of a new cluster and of one that exists', async () => {
  const path = home.bundle(contract);
  const defaults = await freeDefaults(1);
  expect(await home.engine().deploy({ path, defaults, rounds: 'eager' })).toMatchObject({ rounds: 'eager' });
  await toldAll([null, 'eager'], [1]);
  expect(await home.engine().deploy({ path, defaults, rounds: 'grid' })).toMatchObject({ rounds: 'grid' });
  expect(readFileSync(home.paths.clusterFile, 'utf8')).not.toContain('rounds');
});

it('a cluster that is stopped, or not there', async () => {
  await expect(home.engine().setRounds('eager')).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
  await home.deploy(contract, await freeDefaults(1));
  await home.engine().stop();
  await home.engine().setRounds('eager');
  expect(await home.engine().status()).toMatchObject({ rounds: 'eager', nodes: [{ state: { kind: 'stopped' } }] });
  await home.engine().start();
  await toldAll([null, null, 'eager'], [1]);
});

it('a supervisor from before is on the grid, and says that it cannot be switched', async () => {
  await home.deploy(contract, await freeDefaults(1));
  await home.engine().stop();
  const status = await home.engine().status();
  const pid = supervisorPid();
  home.disconnect();
  await eventually(() => !isRunning(pid));

  // One that greets with the version before, and tells nothing of rounds.
  const { rounds: _, ...before } = status!;
  const folder = join(home.folder, 'socket');
  mkdirSync(folder, { mode: 0o700 });
  const asked: string[] = [];
  const server = createServer((socket) => {
    const rpc = rpcOver(socket);
    rpc.onRequest(requests.hello, () => ({ protocol: { ...PROTOCOL, minor: 2 } }));
    rpc.onRequest(requests.status, () => before as typeof status & object);
    rpc.onRequest(requests.retire, () => false);
    rpc.onRequest((method) => asked.push(method));
    rpc.listen();
  }).listen(join(folder, 's'));
  try {
    writeFileSync(home.paths.addressFile, join(folder, 's'));
    const engine = home.engine();
    expect((await engine.status())?.rounds).toBe('grid');
    const incompatible = { code: 'SUPERVISOR_INCOMPATIBLE', details: { theirs: '1.2', ours: versionText(PROTOCOL) } };
    await expect(engine.setFaults({})).rejects.toMatchObject(incompatible);
    await expect(engine.setRounds('eager')).rejects.toMatchObject(incompatible);
    await expect(engine.deploy({ path: home.bundle(contract), defaults: await freeDefaults(1), rounds: 'eager' })).rejects.toMatchObject(incompatible);
    expect(asked).toEqual([]);
    home.disconnect();
  } finally {
    server.close();
    rmSync(home.paths.addressFile);
  }
});
