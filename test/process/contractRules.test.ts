import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { troublesIn } from '../support/troubles';
import { CliCluster, until } from './support/cliCluster';
import { contractSource, FAST, nodeContract } from './support/contracts';
import { User } from './support/users';

// What a contract may do, and what a node makes of it (reference 2.6, 7).

const NODES = [1, 2, 3];
const cluster = new CliCluster({ size: 3, userPort: 18091, peerPort: 28091 });
const users: User[] = [];

afterAll(async () => {
  await closeUsers();
  await cluster.dispose();
});

async function closeUsers(): Promise<void> {
  for (const user of users.splice(0)) await user.close();
}

async function connect(): Promise<User> {
  const user = await User.connect(cluster, 1, { trustedServerKeys: (await cluster.status()).nodes.map((node) => node.publicKey) });
  users.push(user);
  return user;
}

/** Every `Ledger created` line of a node, with the line after it. */
function linesAfterLedgers(node: number): (readonly [seqNo: string, next: string])[] {
  const created = /\*\*\*\*Ledger created\*\*\*\* \(lcl:(\d+)-.*\)\n(.*)\n/g;
  return [...cluster.log(node).matchAll(created)].map(([, seqNo, next]) => [seqNo!, next!]);
}

describe.sequential('a contract of the Node.js library', () => {
  let user: User;

  beforeAll(async () => {
    await cluster.deploy(await nodeContract(cluster, 'rules', { ...FAST, environment: { GREETING: 'good dáy = "x"', EMPTY: '' } }));
    user = await connect();
  });
  afterAll(closeUsers);

  it('has its output in the log as it is, right after the line of its ledger', async () => {
    for (const node of NODES) {
      const pairs = await until('two runs', 20_000, () => (linesAfterLedgers(node).length >= 2 ? linesAfterLedgers(node) : undefined), () => cluster.log(node));
      for (const [seqNo, next] of pairs) expect(next).toBe(`run ${seqNo}`);
    }
  });

  it('has exactly the environment that is configured', async () => {
    const from = NODES.map((node) => cluster.mark(node));
    await user.accepted('environment');
    for (const [i, node] of NODES.entries()) {
      const text = await cluster.logged(node, /^environment .*\n/m, from[i]);
      expect(JSON.parse(/^environment (.*)\n/m.exec(text)![1]!)).toEqual({ EMPTY: '', GREETING: 'good dáy = "x"' });
    }
  });

  it.each([
    ['ends with an exit code', 'exit 3', undefined, 'CONTRACT_EXIT_CODE'],
    ['ends by an error', 'throw', undefined, 'CONTRACT_PRINTED_ERROR'],
    ['ends by a signal', 'abort', '[wrn][hpc] Contract process ended prematurely. Exit code 0', 'CONTRACT_SIGNALLED'],
  ])('%s: what it sent and wrote counts, and the cluster goes on', async (_, input, line, code) => {
    const from = NODES.map((node) => cluster.mark(node));
    const seqNo = await user.accepted(input);
    // Sent with the ledger after the run.
    await user.receives(`got ${input}`);
    for (const node of NODES) await cluster.logged(node, new RegExp(`^run ${seqNo + 1}\n`, 'm'), from[NODES.indexOf(node)]);
    for (const [i, node] of NODES.entries()) {
      const text = cluster.log(node).slice(from[i]);
      const told = text.split('\n').filter((one) => one.includes('Contract process'));
      expect(told.map((one) => one.replace(/^\S+ \S+ /, ''))).toEqual(line === undefined ? [] : [line]);
      expect(troublesIn(text)).toContain(code);
      expect(cluster.stateFile(node, 'got.txt')).toMatch(new RegExp(`^${input}\n`, 'm'));
    }
  });

  it('may write two megabytes in a round', async () => {
    const from = NODES.map((node) => cluster.mark(node));
    await user.accepted('flood');
    await user.receives('got flood');
    for (const [i, node] of NODES.entries()) {
      const lines = cluster.log(node).slice(from[i]).split('\n').filter((line) => line.includes('flood'));
      expect(lines).toHaveLength(20_000);
      expect(lines.every((line, k) => line === `flood ${String(k).padStart(6, '0')} `.padEnd(104, 'x'))).toBe(true);
    }
    cluster.requireSameLedgers(NODES);
  });
});

it('three nodes agree by NPL messages', async () => {
  const from = NODES.map((node) => cluster.mark(node));
  await cluster.deploy(await nodeContract(cluster, 'npl', FAST));
  await until('three runs on all nodes', 40_000, () => (NODES.every((node) => runs(node).length >= 3) ? true : undefined), () => cluster.log(1).slice(-3_000));
  cluster.requireSameLedgers(NODES);

  function runs(node: number): { seqNo: string; said: string; heard: string; own: string }[] {
    const said = /^run (\d+) said (\d+) heard ([\d ]+) own (\w+)\n/gm;
    return [...cluster.log(node).matchAll(said)].map(([, seqNo, mine, heard, own]) => ({ seqNo: seqNo!, said: mine!, heard: heard!, own: own! }));
  }
  const byNode = NODES.map((node) => new Map(runs(node).map((run) => [run.seqNo, run])));
  for (const seqNo of [...byNode[0]!.keys()].slice(0, 3)) {
    const three = byNode.map((map) => map.get(seqNo));
    const said = three.map((run) => Number(run?.said)).sort((a, b) => a - b).join(' ');
    for (const run of three) expect(run).toMatchObject({ heard: said, own: 'true' });
  }
  for (const [i, node] of NODES.entries()) {
    expect(cluster.log(node)).not.toContain('Hpfs cont sync: Target added');
    // The library is told to end itself by a signal, after all that it says.
    await cluster.logged(node, /(Contract process ended prematurely\. Exit code 0\n[^]*){3}/, from[i]);
  }
});

it('a shell script is a contract; it is ended when it takes longer than it may, with all it started', async () => {
  await cluster.deploy(cluster.bundle('shell', { 'contract.sh': contractSource('shell.sh') }, {
    contract: { ...FAST, bin_path: 'contract.sh', bin_args: '', round_limits: { exec_timeout: 1500 } },
  }));
  const from = NODES.map((node) => cluster.log(node).lastIndexOf('HotPocket 0.6'));
  for (const node of NODES) await cluster.logged(node, /run 3 in state\n/, from[NODES.indexOf(node)]);
  for (const [i, node] of NODES.entries()) {
    const text = cluster.log(node).slice(from[i]);
    for (const seqNo of [1, 3]) expect(text).toMatch(new RegExp(`\\(lcl:${seqNo}-.*\nrun ${seqNo} in state\n`));
    expect(text).toMatch(/run 2 hangs\n.*\[inf\]\[hpc\] Contract process timeout of 1500ms exceeded\.\n.*\[wrn\]\[hpc\] Contract process ended prematurely\. Exit code 0\n/);
    expect(text.match(/timeout of 1500ms/g)).toHaveLength(1);
    expect(troublesIn(text)).toContain('CONTRACT_TIMED_OUT');
    // Nothing is taken back.
    expect(cluster.stateFile(node, 'runs.txt')).toMatch(/^run 1\nrun 2\n/);
  }
  cluster.requireSameLedgers(NODES);
  expect((await cluster.processes()).filter((line) => line.includes('sleep'))).toEqual([]);
});

const python = findPython();

it.skipIf(python === undefined)(`a Python program is a contract${python === undefined ? ' (skipped: there is no python3 here)' : ''}`, async () => {
  await cluster.deploy(cluster.bundle('python', { 'plain.py': contractSource('plain.py') }, { contract: { ...FAST, bin_path: python, bin_args: 'plain.py' } }));
  const user = await connect();
  const seqNo = await user.accepted('grüße');
  await user.receives('GRÜSSE');
  const { contractId } = await cluster.status();
  for (const node of NODES) {
    expect(cluster.log(node)).toContain(`\nrun ${seqNo} of ${contractId}\n`);
    expect(cluster.stateFile(node, 'said.txt')).toBe('grüße\n');
  }
});

/** The program itself: what PATH finds may be a script that needs an environment. */
function findPython(): string | undefined {
  try {
    return execFileSync('python3', ['-c', 'import os, sys; print(os.path.realpath(sys.executable))'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
