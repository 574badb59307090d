import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NodeKeeper } from '../../../src/cluster/embedded/supervisor/nodeKeeper';
import { RESTART_LIMITS, RestartPolicy } from '../../../src/cluster/embedded/supervisor/restartPolicy';
import { nodePaths, type NodePaths } from '../../../src/cluster/paths';
import type { NodeState } from '../../../src/cluster/engine';
import { formatConfig, parseConfig } from '../../../src/hotpocket/config';
import { buildPrograms, eventually, freeBlock, TestHome } from '../../support/embedded';

// The node program is test/support/fakeNode.mjs.
let programs: string;
let home: TestHome;
let paths: NodePaths;
let keeper: NodeKeeper;
let notices: string[];
let entered: NodeState['kind'][];

beforeAll(async () => void (programs = await buildPrograms()));
afterAll(() => rmSync(programs, { recursive: true, force: true }));
beforeEach(async () => {
  home = new TestHome(programs);
  paths = nodePaths(join(home.folder, 'node1'));
  const script = join(programs, 'node.js');
  execFileSync(process.execPath, [script, 'new', paths.dir]);
  const config = parseConfig(readFileSync(paths.hpCfg, 'utf8'), '');
  const port = await freeBlock(2);
  writeFileSync(paths.hpCfg, formatConfig({ ...config, user: { ...config.user, port }, mesh: { ...config.mesh, port: port + 1 } }));
  notices = [];
  entered = [];
  const hooks = {
    onChange: () => void (entered.at(-1) !== keeper.state.kind && entered.push(keeper.state.kind)),
    onFact: () => undefined,
    onNotice: ({ code }: { code: string }) => void notices.push(code),
    onGone: () => undefined,
    clock: () => ({ behind: 0 }),
    debugOrder: () => undefined, rounds: () => 'grid' as const, faults: () => undefined,
  };
  keeper = new NodeKeeper(1, paths, { nodeJs: process.execPath, script, env: { PATH: process.env.PATH } }, hooks, new RestartPolicy({ ...RESTART_LIMITS, firstDelayMs: 5, quickCrashes: 3 }));
});
afterEach(async () => {
  await keeper.stop(0);
  await home.dispose();
});

function fake(what: object): void {
  mkdirSync(paths.state, { recursive: true });
  writeFileSync(join(paths.state, 'fake.json'), JSON.stringify(what));
}

describe('NodeKeeper', () => {
  it('goes through the states of a normal life, and hears what the node tells', async () => {
    await keeper.start();
    await eventually(() => keeper.facts.ledger);
    expect(keeper.facts.vote?.status).toBe('synced');
    await keeper.stop(5_000);
    expect(entered).toEqual(['starting', 'running', 'stopping', 'stopped']);
    expect(keeper.facts).toEqual({});
    expect(notices).toEqual([]);
  });

  it('gives a node up that crashes on each start, and says so', async () => {
    fake({ crashAfterMs: 20 });
    await keeper.start();
    await eventually(() => keeper.state.kind === 'crashed' && !keeper.isAlive);
    expect(keeper.state).toEqual({ kind: 'crashed', exit: 'exit code 1' });
    expect(notices).toEqual(['NODE_CRASHED', 'NODE_CRASHED', 'NODE_GIVEN_UP']);
    expect(readFileSync(paths.consoleLog, 'utf8')).toMatch(/\[wrn\]\[hpc\] Node 1 ended unexpectedly 3 times in a row \(exit code 1\) and is not started again\.\n$/);
    fake({});
    await keeper.start();
    expect(keeper.state.kind).toBe('running');
  });

  it.skipIf(!existsSync('/dev/full'))('starts a node again also when there is no room for a word about it', async () => {
    fake({ crashAfterMs: 300 });
    await keeper.start();
    rmSync(paths.consoleLog);
    symlinkSync('/dev/full', paths.consoleLog);
    await eventually(() => notices.length > 0);
    await eventually(() => entered.filter((kind) => kind === 'starting').length > 1);
    expect(notices[0]).toBe('NODE_CRASHED');
  });

  it('fails to start a node whose log cannot be opened, and starts it once it can', async () => {
    const folder = dirname(paths.consoleLog);
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(folder, 'in the way');
    await expect(keeper.start()).rejects.toMatchObject({ code: 'EEXIST' });
    rmSync(folder);
    await keeper.start();
    expect(keeper.state.kind).toBe('running');
  });

  it('takes it for a crash if the log of a node that is to start again cannot be opened', async () => {
    fake({ crashAfterMs: 300 });
    await keeper.start();
    const folder = dirname(paths.consoleLog);
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'in the way');
    await eventually(() => keeper.state.kind === 'crashed' && !keeper.isAlive);
    expect(notices).toEqual(['NODE_CRASHED', 'NODE_CRASHED', 'NODE_GIVEN_UP']);
    expect(keeper.state).toMatchObject({ exit: expect.stringContaining('EEXIST') as string });
  });

  it('starts no more what is stopped while it waits for its next start', async () => {
    fake({ crashAfterMs: 20 });
    await keeper.start();
    await eventually(() => keeper.state.kind === 'crashed');
    await keeper.stop(1_000);
    expect(keeper.state).toEqual({ kind: 'stopped' });
    expect(keeper.isAlive).toBe(false);
  });

  it('kills a node that does not stop in time, and says so', async () => {
    fake({ ignoreStop: true });
    await keeper.start();
    await keeper.stop(200);
    expect(keeper.state).toEqual({ kind: 'stopped' });
    expect(notices).toEqual(['NODE_KILLED']);
    expect(readFileSync(paths.consoleLog, 'utf8')).toMatch(/\[wrn\]\[hpc\] Node 1 did not stop within 200 ms and was killed\.\n$/);
  });

  it('starts a node that is just stopping once it has stopped', async () => {
    await keeper.start();
    const stopping = keeper.stop(5_000);
    await keeper.start();
    await stopping;
    expect(keeper.state.kind).toBe('running');
  });

  it('tells when there is no such program', async () => {
    keeper = new NodeKeeper(1, paths, { nodeJs: '/not/here', script: 'x', env: {} }, { onChange: () => undefined, onFact: () => undefined, onNotice: () => undefined, onGone: () => undefined, clock: () => ({ behind: 0 }), debugOrder: () => undefined, rounds: () => 'grid', faults: () => undefined });
    await expect(keeper.start()).rejects.toMatchObject({ code: 'NODE_JS_NOT_FOUND', details: { tried: '/not/here, which is gone' } });
    expect(keeper.state).toEqual({ kind: 'crashed', exit: 'spawn /not/here ENOENT' });
  });
});
