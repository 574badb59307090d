import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DockerEngine } from '../../src/cluster/docker/engine';
import { NODE_PREFIX } from '../../src/cluster/docker/names';
import type { ClusterChange, ClusterStatus, Task } from '../../src/cluster/engine';
import { eventually } from '../support/embedded';
import { dockerEnv, dockerHost, testDocker, testImage } from './support/daemon';
import { SlowRegistry } from './support/registry';

// What goes wrong with a real daemon: each time an error with a code, a cluster that is whole or absent, and a way on.

/** Of the daemon that is ours alone: how to start it again. */
const own = JSON.parse(process.env.HOTPOCKET_TEST_DOCKERD ?? 'null') as { pidFile: string; command: string[] } | null;
const home = mkdtempSync(join(tmpdir(), 'hotpocket tést '));
const contract = join(home, 'contract');
const docker = testDocker();
const engines: DockerEngine[] = [];
let image: string;

function open(more: NodeJS.ProcessEnv = {}): DockerEngine {
  const engine = new DockerEngine({ env: dockerEnv({ HOTPOCKET_HOME: home, HOTPOCKET_OBSERVER: 'off', HP_INSTANCE_IMAGE: image, ...more }) });
  engines.push(engine);
  return engine;
}

const deploy = (engine: DockerEngine, task: Task = {}): Promise<ClusterStatus> => engine.deploy({ path: contract, defaults: { size: 3, userPortBegin: 8081, peerPortBegin: 22_861 } }, task);

beforeAll(async () => {
  mkdirSync(contract);
  writeFileSync(join(contract, 'contract.sh'), '#!/bin/sh\necho hello\n', { mode: 0o755 });
  writeFileSync(join(contract, 'hp.cfg.override'), JSON.stringify({ contract: { bin_path: 'contract.sh', bin_args: '', consensus: { roundtime: 1000 } } }));
  image = await testImage(docker);
});
afterEach(() => {
  for (const engine of engines.splice(0)) engine.dispose();
});
afterAll(async () => {
  const engine = open();
  await engine.clean().catch(() => undefined);
  engine.dispose();
  rmSync(home, { recursive: true, force: true });
});

async function inStep(engine: DockerEngine, beyond = 0): Promise<number> {
  return eventually(async () => {
    const nodes = (await engine.status())?.nodes ?? [];
    const ledgers = nodes.map(({ voteStatus, ledger }) => (voteStatus === 'synced' ? (ledger?.seqNo ?? 0) : 0));
    return nodes.length === 3 && Math.min(...ledgers) > beyond ? Math.min(...ledgers) : undefined;
  });
}

const states = async (engine: DockerEngine): Promise<string[]> => ((await engine.status())?.nodes ?? []).map(({ state }) => state.kind);

/** Nothing with a name of the cluster or of ours. */
async function nothingLeft(): Promise<void> {
  const containers = (await docker.listContainers({ all: true })).flatMap(({ Names }) => Names).filter((name) => /hpdevkit_default|hotpocket_studio/.test(name));
  const { Volumes } = await docker.listVolumes({ filters: { name: ['hpdevkit_default'] } as never });
  const networks = await docker.listNetworks({ filters: { name: ['hpdevkit_default'] } });
  expect([containers, Volumes, networks]).toEqual([[], [], []]);
}

describe.sequential('a daemon', () => {
  it('that is not there is said', async () => {
    const engine = open({ DOCKER_HOST: `unix://${join(home, 'none.sock')}` });
    await expect(engine.status()).rejects.toMatchObject({ code: 'DOCKER_UNREACHABLE' });
    await expect(deploy(engine)).rejects.toMatchObject({ code: 'DOCKER_UNREACHABLE' });
  });

  it.runIf(own)('whose socket one may not use is said', async () => {
    // The built command, where somebody who is not root can read it.
    const programs = join(home, 'programs');
    cpSync(resolve(__dirname, '../../dist'), programs, { recursive: true, filter: (file) => !file.includes('node_modules') });
    chmodSync(home, 0o755);
    const socket = (dockerHost ?? '').slice('unix://'.length);
    chmodSync(resolve(socket, '..'), 0o755);
    expect(statSync(socket).mode & 0o007).toBe(0);
    const child = spawn(process.execPath, [join(programs, 'cli.js'), 'status', '--engine', 'docker'], { uid: 65_534, gid: 65_534, env: dockerEnv(), stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    expect(await new Promise((done) => child.once('close', done))).toBe(1);
    expect(stderr).toContain('[DOCKER_SOCKET_DENIED]');
  });
});

describe.sequential('an image', () => {
  it('that is missing and cannot be pulled leaves no cluster', async () => {
    await expect(deploy(open({ HP_INSTANCE_IMAGE: '127.0.0.1:1/nobody/here:1' }))).rejects.toMatchObject({ code: 'DOCKER_IMAGE_UNAVAILABLE' });
    await nothingLeft();
  });

  it('is pulled with its progress told, and not when the user has enough of it', async () => {
    const registry = new SlowRegistry();
    try {
      const slow = await registry.start();
      const told: string[] = [];
      const cancel = new AbortController();
      const first = deploy(open({ HP_INSTANCE_IMAGE: slow }), { signal: cancel.signal, progress: (text) => {
        told.push(text);
        if (/: [1-9]\d* % of 3 MiB$/.test(text)) cancel.abort();
      } });
      await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(told[0]).toBe(`Pulling the docker image ${slow}`);
      await expect(docker.getImage(slow).inspect()).rejects.toMatchObject({ statusCode: 404 });
      await nothingLeft();
      // The way on; only that this image is not HotPocket's.
      registry.hurry();
      await expect(deploy(open({ HP_INSTANCE_IMAGE: slow }))).rejects.toMatchObject({ code: 'NODE_CREATE_FAILED' });
      await nothingLeft();
    } finally {
      registry.stop();
    }
  });
});

/** Somebody else on a port. */
async function occupy(port: number): Promise<() => Promise<void>> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(port, '0.0.0.0', done));
  return () => new Promise((done) => void server.close(() => done()));
}

/** Runs the built command and kills it (-9) when it comes to a step. */
async function killedAt(step: string): Promise<void> {
  const child = spawn(process.execPath, [resolve(__dirname, '../../dist/cli.js'), 'deploy', contract, '--engine', 'docker'], { env: dockerEnv({ HOTPOCKET_HOME: home, HP_INSTANCE_IMAGE: image }), stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (text: Buffer) => {
    if (text.toString().includes(step)) child.kill('SIGKILL');
  });
  const signal = await new Promise((done) => child.once('close', (_code, by) => done(by)));
  expect(signal).toBe('SIGKILL');
}

describe.sequential('creating a cluster', () => {
  it('on a port that is taken leaves none, and says which are free', async () => {
    const free = await occupy(8082);
    await expect(deploy(open())).rejects.toMatchObject({ code: 'PORT_IN_USE', details: { port: 8082, instead: 'HP_USER_PORT_BEGIN=8084' } });
    await nothingLeft();
    await free();
  });

  it.each(["Creating 'default' cluster", 'Applying hp.cfg overrides'])('by somebody who dies meanwhile (%s) leaves none, and nothing in the way of the next', async (step) => {
    await killedAt(step);
    const engine = open();
    if (step.startsWith('Creating')) expect(await engine.status()).toBeUndefined();
    await deploy(engine);
    await inStep(engine);
    expect(await states(engine)).toEqual(['running', 'running', 'running']);
    if (step.startsWith('Creating')) await engine.clean();
  });

  it('can be cleaned up after, too', async () => {
    const engine = open();
    await engine.clean();
    await killedAt("Creating 'default' cluster");
    expect((await engine.clean()).nodes).toBeLessThanOrEqual(3);
    await nothingLeft();
  });
});

describe.sequential('a cluster that runs', () => {
  const changes: ClusterChange[] = [];
  const notices = (): string[] => changes.flatMap((change) => (change.type === 'notice' ? [`${change.code} ${change.node}`] : []));
  let engine: DockerEngine;

  beforeAll(async () => {
    const creator = open();
    await deploy(creator);
    await inStep(creator);
  });

  function watched(): DockerEngine {
    engine = open();
    changes.length = 0;
    engine.onDidChange((change) => changes.push(change));
    return engine;
  }

  it('outlives somebody who dies while he deploys', async () => {
    await killedAt('Stopping 3 nodes');
    engine = open();
    await engine.start();
    await inStep(engine);
    await killedAt('Copying the contract');
    await deploy(engine);
    await inStep(engine);
    expect(await docker.listContainers({ all: true, filters: { label: ['hotpocket-studio'] } })).toEqual([]);
  });

  it('shows a node that was killed, says so, and starts it again', async () => {
    watched();
    const before = await inStep(engine);
    await docker.getContainer(`${NODE_PREFIX}_2`).kill();
    await eventually(() => notices().includes('NODE_ENDED 2'));
    expect((await engine.status())?.nodes[1]?.state).toEqual({ kind: 'crashed', exit: 'exit code 137, killed' });
    await engine.start(2);
    await inStep(engine, before);
  });

  it('shows a node that is paused, says so, and lets it run on', async () => {
    watched();
    const before = await inStep(engine);
    await docker.getContainer(`${NODE_PREFIX}_2`).pause();
    await eventually(() => notices().includes('NODE_PAUSED 2'));
    expect(await states(engine)).toEqual(['running', 'paused', 'running']);
    await engine.start(2);
    await inStep(engine, before);
    await docker.getContainer(`${NODE_PREFIX}_3`).pause();
    await engine.stop(3);
    expect(await states(engine)).toEqual(['running', 'running', 'stopped']);
    await engine.start(3);
  });

  it.each([2, 3])('shows that somebody removed the container of node %i, says so, and makes it anew', async (node) => {
    watched();
    const before = await inStep(engine);
    const { publicKey } = (await engine.status())?.nodes[node - 1] ?? {};
    await docker.getContainer(`${NODE_PREFIX}_${node}`).remove({ force: true });
    await eventually(() => notices().includes(`NODE_CONTAINER_MISSING ${node}`));
    const gone = await engine.status();
    expect(gone?.nodes.map(({ state }) => state.kind)[node - 1]).toBe('crashed');
    expect(gone?.nodes).toHaveLength(3);
    await expect(engine.logs(node, { follow: false }, () => undefined)).rejects.toMatchObject({ code: 'NODE_CONTAINER_MISSING' });
    await engine.start(node);
    await inStep(engine, before);
    expect((await engine.status())?.nodes[node - 1]?.publicKey).toBe(publicKey);
  });

  it('says who has the port of a node that is to start', async () => {
    engine = open();
    const before = await inStep(engine);
    await engine.stop(2);
    const free = await occupy(8082);
    await expect(engine.start(2)).rejects.toMatchObject({ code: 'PORT_IN_USE', details: { port: 8082, settled: true } });
    await free();
    await engine.start(2);
    await inStep(engine, before);
  });

  it.runIf(own)('outlives its daemon', async () => {
    watched();
    const before = await inStep(engine);
    const { pidFile, command: [program = '', ...args] } = own as NonNullable<typeof own>;
    const pid = Number(readFileSync(pidFile, 'utf8'));
    process.kill(pid, 'SIGTERM');
    await eventually(() => !isAlive(pid));
    await expect(engine.status()).rejects.toMatchObject({ code: 'DOCKER_UNREACHABLE' });
    await expect(engine.start()).rejects.toMatchObject({ code: 'DOCKER_UNREACHABLE' });
    await eventually(() => changes.some((change) => change.type === 'cluster'));
    changes.length = 0;
    spawn(program, args, { stdio: 'ignore', detached: true }).unref();
    await eventually(() => changes.some((change) => change.type === 'cluster' && change.exists));
    // unless-stopped: Docker brings them back.
    await inStep(engine, before);
  }, 120_000);

  it('is not removed while somebody else uses its volume, and goes on', async () => {
    engine = open();
    const before = await inStep(engine);
    const other = await docker.createContainer({ name: 'somebody', Image: image, HostConfig: { Mounts: [{ Type: 'volume', Source: 'hpdevkit_default_vol', Target: '/data' }] } });
    await expect(engine.clean()).rejects.toMatchObject({ code: 'DOCKER_VOLUME_IN_USE', details: { by: 'somebody' } });
    await inStep(engine, before);
    await other.remove();
  });

  it('is removed while others look at its states, and none of them brings anything of it back', async () => {
    engine = open();
    let removed = false;
    let listed = 0;
    const looking = [1, 2, 3].map(async (node) => {
      while (!removed) await engine.stateFiles(node).list('').then((entries) => (listed += entries.length), () => undefined);
    });
    await eventually(() => listed > 0);
    await engine.clean();
    removed = true;
    await Promise.all(looking);
    await nothingLeft();
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
