import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DockerEngine } from '../../src/cluster/docker/engine';
import type { Debuggee } from '../../src/base/debugLink';
import type { ClusterStatus } from '../../src/cluster/engine';
import { debugRequest, programs } from '../support/debugger';
import { eventually } from '../support/embedded';
import { InspectorClient } from '../support/inspectorClient';
import { dockerEnv, dockerHost, testImage } from './support/daemon';
import * as hpdevkit from './support/hpdevkit';

// Clusters of hpdevkit in our hands, and ours in hpdevkit's.

const socket = (dockerHost ?? '').slice('unix://'.length);
const home = mkdtempSync(join(tmpdir(), 'hotpocket tést '));
const sample = join(home, 'the sample');
const engines: DockerEngine[] = [];
let cluster: hpdevkit.Cluster;
let devkit: string;

// Who looks again and again is no user each time.
function open(): DockerEngine {
  const engine = new DockerEngine({ programs, env: dockerEnv({ HOTPOCKET_HOME: home, HOTPOCKET_OBSERVER: 'off', HP_INSTANCE_IMAGE: cluster.image, HP_DEVKIT_IMAGE: devkit }) });
  engines.push(engine);
  return engine;
}

beforeAll(async () => {
  cpSync(resolve(__dirname, '../../samples/starter/dist'), sample, { recursive: true });
  writeFileSync(join(sample, 'hp.cfg.override'), JSON.stringify({ contract: { bin_path: '/usr/bin/node', bin_args: 'index.js', consensus: { roundtime: 1000 } } }));
  cluster = { image: await testImage(), size: 3, userPort: 8081, peerPort: 22_861 };
  devkit = await hpdevkit.makeDevkitImage(cluster.image);
});
afterEach(() => {
  for (const engine of engines.splice(0)) engine.dispose();
});
afterAll(async () => {
  await open().clean().catch(() => undefined);
  for (const engine of engines) engine.dispose();
  rmSync(home, { recursive: true, force: true });
});

const deployOurs = (path = sample): Promise<ClusterStatus> => open().deploy({ path, defaults: { size: 3, userPortBegin: 8081, peerPortBegin: 22_861 } });

function inStep(nodes: number): Promise<ClusterStatus> {
  const engine = open();
  return eventually(async () => {
    const status = await engine.status();
    return status?.nodes.length === nodes && status.nodes.every(({ voteStatus, ledger }) => voteStatus === 'synced' && ledger) ? status : undefined;
  });
}

describe.sequential('a cluster that hpdevkit made', () => {
  it('is recognised before anything is deployed', async () => {
    await hpdevkit.create(cluster, devkit, socket);
    const status = await open().status();
    expect(status?.nodes.map(({ state, userPort, peerPort, inUnl }) => [state.kind, userPort, peerPort, inUnl])).toEqual([1, 2, 3].map((n) => ['stopped', 8080 + n, 22_860 + n, true]));
    expect(status).toMatchObject({ roundTime: 2000, quorum: { needed: 3, of: 3, tolerates: 0 } });
    expect(status?.contractPath).toBeUndefined();
  });

  it('shows what it does after hpdevkit deployed', async () => {
    await hpdevkit.deploy(cluster.image, sample);
    const status = await inStep(3);
    expect(status.program).toEqual({ binPath: '/usr/bin/node', binArgs: 'index.js' });
    expect(status.nodes.every(({ state }) => state.kind === 'running')).toBe(true);
  });

  it('is debugged', async () => {
    const engine = open();
    const status = await engine.status();
    if (!status) throw new Error('There is no cluster.');
    let waits: (debuggee: Debuggee) => void;
    const waiting = new Promise<Debuggee>((resolve) => (waits = resolve));
    const lease = await engine.debug(debugRequest(status, { node: 3, rounds: 'all' }), (event) => (event.type === 'waiting' ? waits(event.debuggee) : undefined));
    const client = await InspectorClient.attach((await waiting).address);
    await client.begin();
    await lease.end();
    await inStep(3);
  });

  it('is steered: stopped, started, deployed to, and given a node, which hpdevkit counts', async () => {
    const engine = open();
    await engine.stop(2);
    expect(await hpdevkit.docker('inspect', '-f', '{{.State.Status}}', 'hpdevkit_default_node_2')).toBe('exited');
    await engine.start(2);
    const before = await inStep(3);
    const after = await deployOurs();
    expect(after).toMatchObject({ contractId: before.contractId, contractPath: sample });
    await engine.spawn();
    expect(await hpdevkit.nodeCount()).toBe(4);
    await inStep(4);
  });

  it('is deployed to by hpdevkit again, which ends what we knew of the contract', async () => {
    await hpdevkit.deploy(cluster.image, sample);
    const status = await inStep(4);
    expect(status.contractPath).toBeUndefined();
  });

  it('is cleaned without a trace', async () => {
    const { nodes, deleted } = await open().clean();
    expect(nodes).toBe(4);
    expect([...deleted].sort()).toEqual(['container hpdevkit_default_deploymgr', ...[1, 2, 3, 4].map((n) => `container hpdevkit_default_node_${n}`), 'network hpdevkit_default_net', 'volume hpdevkit_default_vol']);
    const left = [await hpdevkit.docker('ps', '-aq'), await hpdevkit.docker('volume', 'ls', '-q'), await hpdevkit.docker('network', 'ls', '--filter', 'name=hpdevkit', '-q')];
    expect(left).toEqual(['', '', '']);
  });
});

const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** What a container is, without what is each one's own. */
async function described(name: string): Promise<object> {
  const [info] = JSON.parse(await hpdevkit.docker('inspect', name)) as [{ Config: Record<string, unknown>; HostConfig: Record<string, unknown>; NetworkSettings: { Networks: Record<string, { Aliases: string[] | null }> }; Id: string }];
  const { Config, HostConfig, NetworkSettings, Id } = info;
  // The command asks for the streams of the terminal it runs in.
  const { Hostname: _h, AttachStdin: _i, AttachStdout: _o, AttachStderr: _e, StdinOnce: _s, Env, Labels: _l, ...config } = Config;
  const networks = Object.entries(NetworkSettings.Networks).map(([network, { Aliases }]) => [network, (Aliases ?? []).filter((alias) => !Id.startsWith(alias)).sort()]);
  const { ConsoleSize: _c, NetworkMode, ...host } = HostConfig;
  const noLists = Object.fromEntries(Object.entries(host).map(([field, value]) => [field, isEmpty(value) ? null : value]));
  return { config, env: [...(Env as string[])].sort(), host: { ...noLists, NetworkMode: NetworkMode === 'bridge' ? 'default' : NetworkMode }, networks: networks.map(([network, aliases]) => [network, NetworkMode === 'default' ? [] : aliases]) };
}

describe.sequential('a cluster that we made', () => {
  it('is never miscounted by hpdevkit, not even while it is made', async () => {
    let making = true;
    const counts = (async () => {
      const seen: number[] = [];
      while (making) seen.push(await hpdevkit.nodeCount());
      return seen;
    })();
    await deployOurs().finally(() => (making = false));
    const seen = await counts;
    expect(seen.length).toBeGreaterThan(5);
    expect(Math.max(...seen)).toBe(3);
    expect([...seen].sort()).toEqual(seen);
  });

  it('has the very containers that hpdevkit makes', async () => {
    await hpdevkit.docker(...hpdevkit.createNodeCommand(2, 'theirs', cluster));
    expect(await described('hpdevkit_default_node_2')).toEqual(await described('theirs'));
    await hpdevkit.docker('rm', 'theirs');
    // hpdevkit wants a terminal, which is only asked for here.
    const command = hpdevkit.createManagementCommand('theirs', devkit, socket, cluster);
    await hpdevkit.docker(...command);
    expect(await described('hpdevkit_default_deploymgr')).toEqual(await described('theirs'));
    expect(await hpdevkit.docker('inspect', '-f', '{{.State.Status}}', 'hpdevkit_default_deploymgr')).toBe('running');
    await hpdevkit.docker('rm', '-f', 'theirs');
  });

  it('is deployed to, stopped and started by hpdevkit', async () => {
    await hpdevkit.deploy(cluster.image, sample);
    await inStep(3);
    await hpdevkit.docker('stop', 'hpdevkit_default_node_3');
    expect((await open().status())?.nodes[2]?.state.kind).toBe('stopped');
    await hpdevkit.docker('start', 'hpdevkit_default_node_3');
    await inStep(3);
  });

  it('is gone for us when hpdevkit cleaned it, within a second', async () => {
    const engine = open();
    const gone: number[] = [];
    engine.onDidChange((change) => {
      if (change.type === 'cluster' && !change.exists) gone.push(Date.now());
    });
    await hpdevkit.clean();
    const cleaned = Date.now();
    await eventually(() => gone.length > 0);
    expect((gone.at(-1) ?? Infinity) - cleaned).toBeLessThan(1000);
    expect(await engine.status()).toBeUndefined();
  });
});
