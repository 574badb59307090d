import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterStatus } from '../../../src/cluster/engine';
import { buildPrograms, eventually, freeDefaults, TestHome } from '../../support/embedded';

// The command line as users run it; the node program is test/support/fakeNode.mjs.
let programs: string;
let home: TestHome;
const children: ChildProcess[] = [];
beforeAll(async () => void (programs = await buildPrograms()));
afterAll(() => rmSync(programs, { recursive: true, force: true }));
beforeEach(async () => {
  home = new TestHome(programs);
  const { userPortBegin, peerPortBegin } = await freeDefaults(3);
  Object.assign(home.env, { HP_USER_PORT_BEGIN: String(userPortBegin), HP_PEER_PORT_BEGIN: String(peerPortBegin), HP_CLUSTER_SIZE: '2', HP_DEFAULT_NODE: '0' });
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await home.dispose();
});

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(programs, 'cli.js'), ...args], { env: { ...home.env, ...env }, cwd: home.folder });
  children.push(child);
  const running = {
    child,
    stdout: '',
    stderr: '',
    exit: new Promise<number | null>((resolve) => child.once('close', resolve)),
  };
  child.stdout.on('data', (data: Buffer) => (running.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (running.stderr += data.toString()));
  return running;
}

async function hotpocket(...args: string[]) {
  const running = start(args);
  const exit = await running.exit;
  return { exit, stdout: running.stdout, stderr: running.stderr };
}

const contract = { 'index.js': '' };

describe('hotpocket', () => {
  it('explains itself', async () => {
    const overall = await hotpocket('--help');
    expect(overall.exit).toBe(0);
    for (const name of ['deploy <path>', 'start [n]', 'stop [n]', 'logs <n> [--tail <k>] [--no-follow]', 'clean', 'spawn', 'status [--json]', 'profile [n] [--rounds <k>] [--json]', 'version']) expect(overall.stdout).toContain(`hotpocket ${name}`);
    const deploy = await hotpocket('deploy', '--help');
    expect(deploy).toMatchObject({ exit: 0, stderr: '' });
    expect(deploy.stdout).toMatch(/^Usage: hotpocket deploy <path>\n/);
    for (const text of ['HP_CLUSTER_SIZE', 'HP_DEFAULT_NODE', 'HP_USER_PORT_BEGIN', 'HP_PEER_PORT_BEGIN', 'Exit codes:']) expect(deploy.stdout).toContain(text);
    expect((await hotpocket()).exit).toBe(2);
    expect((await hotpocket('version')).stdout).toMatch(/^hotpocket \d+\.\d+\.\d+ \(HotPocket 0\.6\.4\)\n$/);
  });

  it.each([
    [['fly'], "There is no command 'fly'."],
    [['deploy'], 'The contract folder is missing.'],
    [['deploy', 'a', 'b'], "Unexpected argument 'b'."],
    [['logs'], 'The number of the node is missing.'],
    [['logs', 'x'], 'Arg must be a number.'],
    [['start', '0'], 'Arg must be 1 or higher.'],
    [['logs', '1', '--tail', 'many'], "'many' is not a number of lines (--tail)."],
    [['profile', '0'], 'Arg must be 1 or higher.'],
    [['profile', '--rounds', '0'], "'0' is not a number of rounds from 1 to 10000 (--rounds)."],
    [['profile', '--rounds', 'all'], "'all' is not a number of rounds from 1 to 10000 (--rounds)."],
    [['status', '--wrong'], "Unknown option '--wrong'"],
  ])('refuses %j', async (args, problem) => {
    const { exit, stderr, stdout } = await hotpocket(...args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr).toMatch(/\[USAGE\]\nUsage: hotpocket /);
  });

  it.each([
    ['HP_CLUSTER_SIZE', 'three', 'INVALID_CLUSTER_SIZE'],
    ['HP_CLUSTER_SIZE', '0', 'INVALID_CLUSTER_SIZE'],
    ['HP_USER_PORT_BEGIN', '70000', 'INVALID_PORT'],
    ['HP_DEFAULT_NODE', '-1', 'USAGE'],
  ])('refuses %s=%s', async (name, value, code) => {
    const running = start(['deploy', '.'], { [name]: value });
    expect(await running.exit).toBe(2);
    expect(running.stderr).toContain(`[${code}]`);
  });

  it.each([['status'], ['profile'], ['start'], ['stop'], ['clean'], ['spawn'], ['logs', '1']])('%s says when there is no cluster', async (...args) => {
    const { exit, stderr } = await hotpocket(...args);
    expect(exit).toBe(3);
    expect(stderr).toBe("cluster 'default' not found. [CLUSTER_NOT_FOUND]\nDeploy a contract first: hotpocket deploy <path>.\n");
  });

  it('runs a cluster from deploy to clean', async () => {
    home.bundle(contract);
    const deployed = await hotpocket('deploy', 'my cöntract');
    expect(deployed).toMatchObject({ exit: 0, stderr: expect.stringContaining('[CONTRACT_BINARY_MISSING]') as string });
    expect(deployed.stdout.split('\n')).toEqual([
      'command: deploy (cluster: default)', "Creating 'default' cluster of size 2", 'Copying the contract to 2 nodes', 'Starting 2 nodes', 'Deployed to 2 nodes.', '',
    ]);
    expect((await hotpocket('stop', '2')).stdout).toBe('command: stop (cluster: default)\nStopping node 2\nNode 2 is stopped.\n');
    const { stdout } = await hotpocket('status', '--json');
    expect((JSON.parse(stdout) as ClusterStatus).nodes.map(({ state }) => state.kind)).toEqual(['running', 'stopped']);
    expect((await hotpocket('status')).stdout).toMatch(/^Cluster default \(embedded\), 2 nodes.*\n1 +running +validator .*\n2 +stopped +validator /s);
    const logs = await hotpocket('logs', '2', '--tail', '2', '--no-follow');
    expect(logs.exit).toBe(0);
    expect(logs.stdout.split('\n')).toEqual([expect.stringContaining('Interrupt signal (15) received.'), expect.stringContaining('hpcore exited due to signal.'), '']);
    expect((await hotpocket('start', '3')).stderr).toBe('There is no node 3. [NODE_NOT_FOUND]\nThe cluster has nodes 1 to 2.\n');
    expect((await hotpocket('start')).stdout).toContain('All nodes are running.');
    expect((await hotpocket('spawn')).stdout).toMatch(/Node 3 is running \(users: \d+, peers: \d+\)\.\n$/);
    const cleaned = await hotpocket('clean');
    expect(cleaned).toMatchObject({ exit: 0, stderr: '' });
    expect(cleaned.stdout).toContain(`Deleted ${home.paths.node(3).dir}\n`);
    expect(cleaned.stdout).toMatch(/The cluster with 3 nodes is gone\.\n$/);
  });

  it('shows the log from the start of this run after a deployment, until Ctrl+C', async () => {
    const path = home.bundle(contract);
    await hotpocket('deploy', path);
    const running = start(['deploy', path], { HP_DEFAULT_NODE: '2' });
    await eventually(() => running.stdout.includes('(lcl:3-'));
    const [steps = '', log = ''] = running.stdout.split('Streaming logs of node 2:\n');
    expect(steps).toContain('Deployed to 2 nodes.');
    expect(log).toMatch(/^\d{8} [\d:.]{12} \[inf\]\[hpc\] HotPocket 0\.6\.4\n/);
    expect(log.match(/HotPocket 0/g)).toHaveLength(1);
    running.child.kill('SIGINT');
    expect(await running.exit).toBe(130);
    expect(running.stderr).not.toContain('Error');
    expect((await home.engine().status())?.nodes.every(({ state }) => state.kind === 'running')).toBe(true);
  });

  it('shows where rounds are spent: those there are, or those that come', async () => {
    await hotpocket('deploy', home.bundle(contract));
    const { exit, stdout, stderr } = await hotpocket('profile', '2', '--rounds', '4');
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines.find((line) => line.startsWith('Node 2'))).toMatch(/^Node 2, ledgers \d+ to \d+: 4 rounds, round time 100 ms$/);
    expect(stdout).not.toContain('\x1b');
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.find((line) => line.startsWith('Start the program'))).toMatch(/20\.0 ms +20\.0 ms +20\.0 %/);
    // It takes 24 to 28 ms, and there is room for 15.
    expect(stdout.replaceAll('\n', ' ')).toMatch(/needs 2\d\.\d ms, but a round has room for 15\.0 ms: .* Most of it is the start of its program: .*\.roundtime to 200 or more\./);
    // What is there is shown at once.
    const again = await hotpocket('profile', '--rounds', '2', '--json');
    const profile = JSON.parse(again.stdout) as { node: number; rounds: number; phases: { phase: string; medianMs: number }[]; records: { ledgerSeqNo: number }[] };
    expect(profile).toMatchObject({ node: 1, rounds: 2, roundTime: 100, total: { medianMs: 100, p95Ms: 100 }, started: 'read', files: { looked: 3, hashed: 1 }, advice: { dominant: 'start', budgetMs: 15 } });
    expect(profile.phases.map(({ phase }) => phase)).toEqual(['commit', 'prepare', 'start', 'run', 'finish', 'hash', 'record', 'propose', 'wait']);
    expect(profile.records.map(({ ledgerSeqNo }) => ledgerSeqNo)).toHaveLength(2);
    expect((await hotpocket('profile', '3')).stderr).toContain('[NODE_NOT_FOUND]');
    await hotpocket('stop', '1');
    const stopped = await hotpocket('profile', '1', '--rounds', '500');
    expect(stopped).toMatchObject({ exit: 0, stderr: '' });
    expect(stopped.stdout).toMatch(/^Measuring node 1: \d+ of 500 rounds\nNode 1 does not run any more\.\nNode 1, ledgers /);
  });

  it('shows what was measured so far on Ctrl+C', async () => {
    await hotpocket('deploy', home.bundle(contract));
    await eventually(async () => (await home.engine().roundProfiles(1)).length >= 2);
    const running = start(['profile', '--rounds', '1000']);
    await eventually(() => running.stdout.includes('Measuring'));
    running.child.kill('SIGINT');
    expect(await running.exit).toBe(130);
    expect(running.stdout).toMatch(/^Measuring node 1: \d+ of 1000 rounds\nNode 1, ledgers? 1.*: \d+ rounds?, /);
    expect(running.stderr).toBe('');
  });

  it('cancels a deployment on Ctrl+C', async () => {
    const path = home.bundle(contract);
    writeFileSync(join(home.folder, 'create no node yet'), '');
    const running = start(['deploy', path], { HP_CLUSTER_SIZE: '5' });
    await eventually(() => running.stdout.includes('Creating'));
    running.child.kill('SIGINT');
    expect(await running.exit).toBe(130);
    expect(running.stderr).toContain('[CANCELLED]');
    expect(await home.engine().status()).toBeUndefined();
  });

  it('ends in peace when its reader has had enough', async () => {
    await hotpocket('deploy', home.bundle(contract));
    const running = start(['logs', '1']);
    await eventually(() => running.stdout !== '');
    running.child.stdout.destroy();
    expect(await running.exit).toBe(0);
    expect(running.stderr).toBe('');
  });
});
