import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ClusterChange, ClusterStatus } from '../../../src/cluster/engine';
import { knownAddress } from '../../../src/cluster/embedded/channel';
import { parseConfig } from '../../../src/hotpocket/config';
import { eventually, freeDefaults, isRunning, useHomes, type TestHome } from '../../support/embedded';

// The supervisor and its client are the real ones; the node program is test/support/fakeNode.mjs.
let home: TestHome;
useHomes((made) => (home = made));

const contract = { 'index.js': 'one', 'hp.cfg.override': { contract: { bin_path: '/usr/bin/node', bin_args: 'index.js' } } };

const states = (status: ClusterStatus | undefined): string[] => (status?.nodes ?? []).map(({ state }) => state.kind);
const config = (node: number) => parseConfig(readFileSync(home.paths.node(node).hpCfg, 'utf8'), '');
const pids = (status: ClusterStatus | undefined): number[] => (status?.nodes ?? []).flatMap(({ state }) => ('pid' in state ? [state.pid] : []));
/** The supervisor's log tells its process. */
const supervisorPid = (): number => home.supervisorPid;

describe('deploy', () => {
  it('creates a cluster as hpdevkit does and starts it', async () => {
    const defaults = await freeDefaults(3);
    const status = await home.deploy({ ...contract, 'disparate/2/only.key': 'mine' }, defaults);
    expect(states(status)).toEqual(['running', 'running', 'running']);
    expect(status).toMatchObject({ name: 'default', engine: 'embedded', roundTime: 2000, quorum: { needed: 3, of: 3, tolerates: 0 }, contractPath: join(home.folder, 'my cöntract') });
    const configs = [1, 2, 3].map(config);
    expect(new Set(configs.map(({ contract }) => contract.id))).toEqual(new Set([status.contractId]));
    expect(configs.map(({ user, mesh }) => [user.port, mesh.port])).toEqual([0, 1, 2].map((i) => [defaults.userPortBegin + i, defaults.peerPortBegin + i]));
    const keys = configs.map(({ node }) => node.public_key).sort();
    for (const { contract } of configs) expect(contract).toMatchObject({ unl: keys, consensus: { mode: 'public', roundtime: 2000, threshold: 80 }, bin_args: 'index.js', npl: { mode: 'private' } });
    expect(configs[1]?.mesh.known_peers).toEqual([`127.0.0.1:${defaults.peerPortBegin}`, `127.0.0.1:${defaults.peerPortBegin + 2}`]);
    expect(readdirSync(home.paths.node(1).state)).toEqual(['index.js']);
    expect(readdirSync(join(home.paths.node(2).contractFs, 'seed'))).toEqual(['only.key', 'state']);
  });

  it('keeps what is secret to the user, and gives nodes a bare environment', async () => {
    home.env.SECRET = 'x';
    await home.deploy(contract, await freeDefaults(1));
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect([mode(home.paths.home), mode(home.paths.clusterFile), mode(home.paths.node(1).hpCfg), mode(knownAddress(home.paths)?.replace(/\/[^/]*$/, '') ?? '')]).toEqual(['700', '600', '600', '700']);
    const { env, umask } = JSON.parse(readFileSync(join(home.paths.node(1).dir, 'environment.json'), 'utf8')) as { env: object; umask: number };
    expect(Object.keys(env).filter((name) => !['PATH', 'HOME', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'HOTPOCKET_CLUSTER_CLOCK'].includes(name))).toEqual([]);
    expect(umask).toBe(0o022);
  });

  it('replaces contract and ledger on an existing cluster and keeps keys, id and log', async () => {
    const before = await home.deploy(contract, await freeDefaults(2));
    const oldKeys = [1, 2].map((node) => config(node).node.private_key);
    await eventually(async () => ((await home.engine().status())?.nodes[0]?.ledger?.seqNo ?? 0) > 2);
    const after = await home.deploy({ 'other.js': 'two' }, { size: 5 });
    expect(after.contractId).toBe(before.contractId);
    expect([1, 2].map((node) => config(node).node.private_key)).toEqual(oldKeys);
    expect(states(after)).toEqual(['running', 'running']);
    // Overrides stay until the cluster is cleaned.
    expect(config(1).contract.bin_args).toBe('index.js');
    expect(readdirSync(home.paths.node(2).state)).toEqual(['other.js']);
    const logged = (pattern: RegExp): number => readFileSync(home.paths.node(1).consoleLog, 'utf8').match(pattern)?.length ?? 0;
    expect(logged(/HotPocket 0\.6\.4/g)).toBe(2);
    // A node is ready before its first ledger.
    await eventually(() => logged(/lcl:1-/g) > 1);
    expect(logged(/lcl:1-/g)).toBe(2);
  });

  it.each([
    ['is no JSON', '{', /JSON/],
    ['is no object', '[]', /not a JSON object/],
    ['breaks a rule of hp.cfg', { contract: { consensus: { roundtime: 0 } } }, /Round time must be between/],
    ['gives all nodes one port', { user: { port: 12_345 } }, /port 12345 to more than one node/],
  ])('leaves the old cluster whole when an override %s', async (_, override, problem) => {
    const before = await home.deploy(contract, await freeDefaults(2));
    await expect(home.deploy({ 'new.js': '', 'hp.cfg.override': override })).rejects.toSatisfy((error: Error) => problem.test(error.message) && 'code' in error && error.code === 'OVERRIDE_INVALID');
    const after = await home.engine().status();
    expect(pids(after)).toEqual(pids(before));
    expect(after?.contractPath).toBe(before.contractPath);
    expect(readdirSync(home.paths.node(1).state)).toEqual(['index.js']);
    expect(readdirSync(home.paths.node(1).dir)).not.toContain('deploying');
  });

  it('leaves nothing behind when the first one fails', async () => {
    await expect(home.deploy({ 'hp.cfg.override': '{' })).rejects.toMatchObject({ code: 'OVERRIDE_INVALID' });
    expect(await home.engine().status()).toBeUndefined();
    expect(readdirSync(home.paths.home)).toEqual(['supervisor.log']);
    await expect(home.engine().deploy({ path: join(home.folder, 'none'), defaults: await freeDefaults(1) })).rejects.toMatchObject({ code: 'BUNDLE_NOT_FOUND' });
  });

  it('warns about a program that cannot run, and goes on', async () => {
    const engine = home.engine();
    const codes: string[] = [];
    engine.onDidChange((change) => change.type === 'notice' && codes.push(change.code));
    const status = await engine.deploy({ path: home.bundle({ 'hp.cfg.override': { contract: { bin_path: 'missing' } } }), defaults: await freeDefaults(1) });
    expect(states(status)).toEqual(['running']);
    expect(codes).toEqual(['CONTRACT_BINARY_MISSING']);
  });

  it('says who has the port', async () => {
    const defaults = await freeDefaults(2);
    const server: Server = createServer();
    await new Promise<void>((resolve) => server.listen(defaults.userPortBegin + 1, '127.0.0.1', resolve));
    await expect(home.deploy(contract, defaults)).rejects.toMatchObject({ code: 'PORT_IN_USE', details: { port: defaults.userPortBegin + 1, settled: false } });
    server.close();
  });

  it('tells its steps and can be cancelled, which leaves the old cluster whole', async () => {
    // They stop only when they are told otherwise, so that the wish is never too late.
    const before = await home.deploy({ ...contract, 'fake.json': { ignoreStop: true } }, await freeDefaults(2));
    const controller = new AbortController();
    const steps: string[] = [];
    const progress = (step: string): void => {
      steps.push(step);
      if (step.startsWith('Copying')) controller.abort();
    };
    const engine = home.engine();
    const deployment = engine.deploy({ path: home.bundle({ 'new.js': '' }), defaults: await freeDefaults(2) }, { signal: controller.signal, progress });
    const cancelled = expect(deployment).rejects.toMatchObject({ code: 'CANCELLED' });
    await eventually(() => controller.signal.aborted);
    // Asked after the wish was passed on, by the same way, this is answered when it was heard.
    for (const { state } of (await engine.status())?.nodes ?? []) if (state.kind === 'stopping') process.kill(state.pid, 'SIGINT');
    await cancelled;
    expect(steps[0]).toBe('Copying the contract to 2 nodes');
    const after = await eventually(async () => {
      const status = await home.engine().status();
      return states(status).every((state) => state === 'running') && status;
    });
    expect(after.contractPath).toBe(before.contractPath);
    expect(readdirSync(home.paths.node(1).state).sort()).toEqual(['fake.json', 'index.js']);
    for (const pid of pids(after)) process.kill(pid, 'SIGINT');
  });

  it('reports why a node does not start', async () => {
    await expect(home.deploy({ 'fake.json': { failStart: 'Invalid signing keys.' } }, await freeDefaults(1))).rejects.toMatchObject({ code: 'NODE_START_FAILED', details: { node: 1, problem: 'Invalid signing keys. (exit code 255)' } });
    expect((await home.engine().status())?.nodes[0]?.state).toEqual({ kind: 'crashed', exit: 'exit code 255' });
  });
});

describe('start, stop, spawn and clean', () => {
  it('act on one node or all, and do nothing twice', async () => {
    const engine = home.engine();
    const [first] = pids(await home.deploy(contract, await freeDefaults(3)));
    await engine.stop(2);
    expect(states(await engine.status())).toEqual(['running', 'stopped', 'running']);
    await engine.stop(2);
    await engine.start(2);
    await engine.start();
    const status = await engine.status();
    expect(states(status)).toEqual(['running', 'running', 'running']);
    expect(pids(status)[0]).toBe(first);
    await engine.stop();
    expect(states(await engine.status())).toEqual(['stopped', 'stopped', 'stopped']);
    await expect(engine.stop(4)).rejects.toMatchObject({ code: 'NODE_NOT_FOUND', details: { node: 4, count: 3 } });
  });

  it('show the role that a node has, or will have when it starts', async () => {
    await home.deploy(contract);
    const roles = async (): Promise<string[]> => (await home.engine().status())!.nodes.map(({ role }) => role);
    expect(await roles()).toEqual(['validator', 'validator', 'validator']);
    await home.engine().stop(2);
    const { hpCfg } = home.paths.node(2);
    writeFileSync(hpCfg, readFileSync(hpCfg, 'utf8').replace('"validator"', '"observer"'));
    const changed = ['validator', 'observer', 'validator'];
    expect(await roles()).toEqual(changed);
    await home.engine().start(2);
    expect(await roles()).toEqual(changed);
    await home.engine().stop();
    const pid = supervisorPid();
    home.disconnect();
    await eventually(() => !isRunning(pid));
    expect(await roles()).toEqual(changed);
  });

  it('need a cluster, and start no supervisor without one', async () => {
    const engine = home.engine();
    const attempts = [() => engine.start(), () => engine.stop(), () => engine.spawn(), () => engine.clean(), () => engine.logs(1, { follow: false }, () => undefined)];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
    }
    expect(existsSync(home.paths.lockFile)).toBe(false);
  });

  it('adds a node that follows', async () => {
    const status = await home.deploy(contract, await freeDefaults(2));
    const node = await home.engine().spawn();
    expect(node).toMatchObject({ node: 3, inUnl: false, userPort: (status.nodes[1]?.userPort ?? 0) + 1, state: { kind: 'running' } });
    const { contract: own, mesh } = config(3);
    expect(own).toMatchObject({ id: status.contractId, unl: config(1).contract.unl, consensus: { roundtime: 1000, mode: 'private' } });
    expect(mesh.known_peers).toEqual(status.nodes.map(({ peerPort }) => `127.0.0.1:${peerPort}`));
    expect((await home.engine().status())?.quorum.of).toBe(2);
  });

  it.each(['start', 'stop', 'spawn', 'clean'] as const)('can be cancelled at any step (%s), which leaves a sound cluster', async (operation) => {
    const defaults = await freeDefaults(3);
    const engine = home.engine();
    const outcomes: unknown[] = [];
    // Cancelled before it begins, at its first step, and at every later one until it is too late.
    for (let at = 0; outcomes.at(-1) !== 'done'; at++) {
      await home.deploy(contract, defaults);
      if (operation === 'start') await engine.stop();
      const controller = new AbortController();
      let steps = 0;
      const progress = (): void => void (++steps === at && controller.abort());
      if (at === 0) controller.abort();
      const work: Promise<unknown> = operation === 'spawn' ? engine.spawn({ signal: controller.signal, progress }) : operation === 'clean' ? engine.clean({ signal: controller.signal, progress }) : engine[operation](undefined, { signal: controller.signal, progress });
      outcomes.push(await work.then(() => 'done', (error: { code: string }) => error.code));
      // Whatever was done of it, the next commands do what they say.
      if (existsSync(home.paths.clusterFile)) {
        await engine.start();
        expect(states(await engine.status()).every((state) => state === 'running')).toBe(true);
        await engine.clean();
      }
      expect(existsSync(home.paths.home)).toBe(false);
      expect(await engine.status()).toBeUndefined();
      expect(at).toBeLessThan(10);
    }
    expect(outcomes.slice(0, -1).every((outcome) => outcome === 'CANCELLED')).toBe(true);
    expect(outcomes.length).toBeGreaterThan(1);
  }, 60_000);

  it('clean away all of it and say what', async () => {
    await home.deploy(contract, await freeDefaults(2));
    const engine = home.engine();
    const running = pids(await engine.status());
    const { nodes, deleted } = await engine.clean();
    expect(nodes).toBe(2);
    expect(deleted).toEqual(expect.arrayContaining([home.paths.node(1).dir, home.paths.node(2).dir, home.paths.clusterFile]));
    expect(existsSync(home.paths.home)).toBe(false);
    expect(running.some(isRunning)).toBe(false);
    expect(await engine.status()).toBeUndefined();
    // And all over again.
    expect(states(await home.deploy(contract, await freeDefaults(1)))).toEqual(['running']);
  });
});

describe('the supervisor', () => {
  it('shows several windows the same cluster', async () => {
    const watcher = home.engine();
    const seen: ClusterChange[] = [];
    watcher.onDidChange((change) => seen.push(change));
    await home.deploy(contract, await freeDefaults(2));
    await eventually(() => seen.some((change) => change.type === 'cluster' && change.exists) || seen.some((change) => change.type === 'node'));
    await eventually(() => seen.some((change) => change.type === 'ledger' && change.node === 2));
    await home.engine().stop(1);
    await eventually(() => seen.some((change) => change.type === 'node' && change.node.node === 1 && change.node.state.kind === 'stopped'));
  });

  it('is one, whoever starts it at the same time', async () => {
    await home.deploy(contract, await freeDefaults(2));
    await home.engine().stop();
    home.disconnect();
    await eventually(() => !existsSync(home.paths.addressFile));
    await Promise.all([1, 2, 1, 2].map((node) => home.engine().start(node)));
    expect(readFileSync(home.paths.supervisorLog, 'utf8').match(/Supervisor started/g)).toHaveLength(2);
    expect(states(await home.engine().status())).toEqual(['running', 'running']);
  });

  it('ends when nothing runs and nobody is connected; looking starts none', async () => {
    await home.deploy(contract, await freeDefaults(1));
    await home.engine().stop();
    const pid = supervisorPid();
    home.disconnect();
    await eventually(() => !isRunning(pid));
    const engine = home.engine();
    expect((await engine.status())?.nodes[0]?.state).toEqual({ kind: 'stopped' });
    await engine.logs(1, { follow: false }, () => undefined);
    expect(existsSync(home.paths.addressFile)).toBe(false);
  });

  it('brings back what ran when the one before was killed', async () => {
    const engine = home.engine();
    const running = pids(await home.deploy(contract, await freeDefaults(3)));
    await engine.stop(3);
    const lost: ClusterChange[] = [];
    engine.onDidChange((change) => lost.push(change));
    process.kill(supervisorPid(), 'SIGKILL');
    await eventually(() => !running.some(isRunning));
    await eventually(() => lost.some((change) => change.type === 'cluster' && change.exists));
    expect((await engine.status())?.nodes.map(({ state }) => state)).toEqual([{ kind: 'stopped', interrupted: true }, { kind: 'stopped', interrupted: true }, { kind: 'stopped' }]);
    // A change of something else brings them back, too.
    await engine.stop(3);
    expect(states(await engine.status())).toEqual(['running', 'running', 'stopped']);
  });

  it('waits for nodes of a killed one that are still stopping', async () => {
    await home.deploy(contract, await freeDefaults(3));
    process.kill(supervisorPid(), 'SIGKILL');
    const engine = home.engine();
    await engine.start();
    expect(states(await engine.status())).toEqual(['running', 'running', 'running']);
  });

  it('starts none of those again that a stop of all is meant for', async () => {
    const running = pids(await home.deploy(contract, await freeDefaults(2)));
    process.kill(supervisorPid(), 'SIGKILL');
    await eventually(() => !running.some(isRunning));
    await home.engine().stop();
    expect(readFileSync(home.paths.node(1).consoleLog, 'utf8').match(/HotPocket 0/g)).toHaveLength(1);
  });

  it('stops its nodes when it is told to end', async () => {
    const running = pids(await home.deploy(contract, await freeDefaults(2)));
    const pid = supervisorPid();
    process.kill(pid, 'SIGTERM');
    await eventually(() => !isRunning(pid));
    expect(running.some(isRunning)).toBe(false);
    expect(readFileSync(home.paths.node(1).consoleLog, 'utf8')).toMatch(/exited due to signal/);
  });

  it('finishes a deployment that another one had decided on', async () => {
    await home.deploy(contract, await freeDefaults(1));
    await home.engine().stop();
    const pid = supervisorPid();
    home.disconnect();
    await eventually(() => !isRunning(pid));
    const record = JSON.parse(readFileSync(home.paths.clusterFile, 'utf8')) as object;
    writeFileSync(home.paths.clusterFile, JSON.stringify({ ...record, deploying: true }));
    const staged = join(home.paths.node(1).dir, 'deploying', 'contract_fs', 'seed', 'state');
    mkdirSync(staged, { recursive: true });
    writeFileSync(join(staged, 'new.js'), '');
    await home.engine().start();
    expect(readdirSync(home.paths.node(1).state)).toEqual(['new.js']);
    expect(readFileSync(home.paths.clusterFile, 'utf8')).not.toContain('deploying');
  });

  it('is replaced by a newer client when it has nothing to do, and only then', async () => {
    await home.deploy(contract, await freeDefaults(1));
    const newer = home.engine({ protocol: { major: 2, minor: 0 } });
    const older = home.engine({ protocol: { major: 0, minor: 9 } });
    const codes: string[] = [];
    older.onDidChange((change) => change.type === 'notice' && codes.push(change.code));
    for (const engine of [newer, older]) await expect(engine.stop()).rejects.toMatchObject({ code: 'SUPERVISOR_INCOMPATIBLE' });
    expect(states(await older.status())).toEqual(['running']);
    expect(codes).toEqual(['SUPERVISOR_INCOMPATIBLE']);
    await home.engine().stop();
    await expect(older.start()).rejects.toMatchObject({ code: 'SUPERVISOR_INCOMPATIBLE' });
    const pid = supervisorPid();
    // It ends the old one; that the new one is of the old version, too, is only so in this test.
    await expect(newer.start()).rejects.toMatchObject({ code: 'SUPERVISOR_INCOMPATIBLE' });
    await eventually(() => !isRunning(pid));
  });

  it('is said to be lost when it goes in the middle of something', async () => {
    await home.deploy({ 'fake.json': { ignoreStop: true } }, await freeDefaults(1));
    const stopping = home.engine().stop();
    const expectation = expect(stopping).rejects.toMatchObject({ code: 'SUPERVISOR_LOST' });
    await eventually(async () => states(await home.engine().status())[0] === 'stopping');
    process.kill(supervisorPid(), 'SIGKILL');
    await expectation;
  });

  it('is said to be unreachable when it cannot start', async () => {
    const engine = home.engine({ programs: join(home.folder, 'no programs') });
    await expect(engine.deploy({ path: home.bundle(contract), defaults: await freeDefaults(1) })).rejects.toMatchObject({ code: 'SUPERVISOR_UNREACHABLE' });
    expect(readFileSync(home.paths.supervisorLog, 'utf8')).toContain('Cannot find module');
  });
});

describe('a node that crashes', () => {
  it('is started again, and that is said in its log and to everyone', async () => {
    const engine = home.engine();
    const seen: ClusterChange[] = [];
    engine.onDidChange((change) => seen.push(change));
    await engine.deploy({ path: home.bundle({ 'fake.json': { crashAfterMs: 50, crashOnce: true } }), defaults: await freeDefaults(1) });
    await eventually(() => seen.some((change) => change.type === 'notice' && change.code === 'NODE_CRASHED' && change.node === 1));
    await eventually(async () => {
      const status = await engine.status();
      return states(status)[0] === 'running' && (status?.nodes[0]?.ledger?.seqNo ?? 0) > 2;
    });
    const log = readFileSync(home.paths.node(1).consoleLog, 'utf8');
    expect(log).toMatch(/^\d{8} [\d:.]{12} \[wrn\]\[hpc\] Node 1 ended unexpectedly \(exit code 1\) and is started again in 500 ms\.$/m);
    expect(log.match(/HotPocket 0/g)).toHaveLength(2);
  });

  it('takes its contract with it', async () => {
    const engine = home.engine();
    const runs: number[] = [];
    engine.onDidChange((change) => change.type === 'run' && runs.push(change.pid));
    const [pid = 0] = pids(await engine.deploy({ path: home.bundle({ 'fake.json': { contract: true } }), defaults: await freeDefaults(1) }));
    const run = await eventually(() => runs[0]);
    process.kill(pid, 'SIGKILL');
    await eventually(() => !isRunning(run));
  });

  it('is not started again when somebody else asked it to stop', async () => {
    const [pid = 0] = pids(await home.deploy(contract, await freeDefaults(1)));
    process.kill(pid, 'SIGTERM');
    await eventually(async () => states(await home.engine().status())[0] === 'stopped');
  });
});

describe('logs', () => {
  it('follow a node over its restarts, from its last start on if asked to', async () => {
    await home.deploy(contract, await freeDefaults(1));
    const engine = home.engine();
    await engine.stop();
    await engine.start();
    const controller = new AbortController();
    let all = '';
    let latest = '';
    const follow = { follow: true, signal: controller.signal };
    const reading = [engine.logs(1, follow, (text) => (all += text)), engine.logs(1, { ...follow, sinceStart: true }, (text) => (latest += text))];
    await engine.stop();
    await engine.start();
    await eventually(() => latest.match(/HotPocket 0/g)?.length === 2);
    await eventually(() => all.match(/HotPocket 0/g)?.length === 3);
    controller.abort();
    await Promise.all(reading);
    expect(latest).toMatch(/^\d{8} [\d:.]{12} \[inf\]\[hpc\] HotPocket 0\.6\.4\n/);
    await expect(engine.logs(7, { follow: false }, () => undefined)).rejects.toMatchObject({ code: 'NODE_NOT_FOUND' });
  });
});
