import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliCluster, until } from './support/cliCluster';
import { FAST, nodeContract } from './support/contracts';
import { User } from './support/users';

// Processes that are killed, and files that are damaged. Whatever happens, each ledger's run and each input is in the state
// once (slow.js leaves a trace of both), and the nodes agree on it.

const NODES = [1, 2, 3, 4, 5];
const cluster = new CliCluster({ size: 5, userPort: 18121, peerPort: 28121 });

beforeAll(async () => {
  await cluster.deploy(await nodeContract(cluster, 'slow', FAST));
  await cluster.advance(NODES);
});
afterAll(() => cluster.dispose());

const stateOf = (node: number): string => cluster.path(node, 'contract_fs', 'seed', 'state');
const digest = (node: number, name: string): string => createHash('sha256').update(readFileSync(`${stateOf(node)}/${name}`)).digest('hex');
const count = (text: string): string[] => Array.from({ length: text.split('\n').length - 1 }, (_, i) => String(i + 1));

/** Files as they are between two runs, which is when nothing changes them while they are read. */
async function settled(node: number): Promise<{ runs: string; inputs: string }> {
  const read = (): { runs: string; inputs: string } => ({ runs: cluster.stateFile(node, 'runs.txt'), inputs: cluster.stateFile(node, 'inputs.txt') });
  const isIdle = (): boolean => new RegExp(`run ${cluster.last(node)} ends\\n`).test(cluster.log(node));
  return until(`node ${node} to be between runs`, 20_000, () => {
    const ledger = cluster.last(node);
    if (!isIdle()) return undefined;
    const files = read();
    return isIdle() && cluster.last(node) === ledger ? files : undefined;
  }, () => cluster.log(node).slice(-2_000));
}

/** Runs one after the other without gap or repetition, and the inputs, once each. */
async function requireOnceEach(inputs: readonly string[], nodes = NODES): Promise<void> {
  for (const node of nodes) {
    const files = await settled(node);
    expect(files.runs.trimEnd().split('\n'), `runs on node ${node}`).toEqual(count(files.runs));
    expect(files.inputs.trimEnd().split('\n').sort(), `inputs on node ${node}`).toEqual([...inputs].sort());
  }
}

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await until(`process ${pid} to end`, 30_000, async () => ((await cluster.processes()).some((line) => Number.parseInt(line, 10) === pid) ? undefined : true));
}

/** In the runs with the input that is returned these nodes stand still until they are let go. */
async function hold(name: string, nodes: readonly number[]): Promise<{ readonly input: string; readonly letGo: () => void }> {
  const folder = join(cluster.home, name);
  mkdirSync(folder);
  for (const { node, publicKey } of (await cluster.status()).nodes) if (nodes.includes(node)) writeFileSync(join(folder, publicKey), '');
  return { input: `held ${folder}`, letGo: () => rmSync(folder, { recursive: true }) };
}

/** Resolves in the middle of a run in which all these nodes are held. */
async function inRun(seqNo: number, nodes: readonly number[]): Promise<void> {
  await until(`run ${seqNo} to be under way`, 20_000, () => (nodes.every((node) => cluster.log(node).includes(`run ${seqNo} begins\n`)) ? true : undefined), () => cluster.log(nodes[0]!).slice(-1_000));
}

describe.sequential('a cluster of five', () => {
  const inputs: string[] = [];
  let user: User;

  beforeAll(async () => {
    user = await User.connect(cluster, 1);
  });
  afterAll(() => user.close());

  async function submit(input: string): Promise<number> {
    inputs.push(input);
    return user.accepted(input);
  }

  it('does the run again of a node that is killed in it', async () => {
    const pid = await cluster.pid(2);
    const from = cluster.mark(2);
    const { input, letGo } = await hold('killed', [2]);
    const seqNo = await submit(input);
    await inRun(seqNo, [2]);
    process.kill(pid, 'SIGKILL');
    // Its supervisor has ended the run by then.
    await cluster.logged(2, /Node 2 ended unexpectedly/, from);
    letGo();
    const text = await cluster.logged(2, new RegExp(`run ${seqNo} ends\n`), from);
    expect(text).toMatch(/\[wrn\]\[hpc\] Node 2 ended unexpectedly \(signal SIGKILL\) and is started again in [\d.]+ m?s\.\n/);
    expect(text.split(`run ${seqNo} begins\n`)).toHaveLength(3);
    expect(text.split(`run ${seqNo} ends\n`)).toHaveLength(2);
    // The first ledger that all five close.
    await cluster.advance(NODES);
    await requireOnceEach(inputs);
    expect(await cluster.pid(2)).not.toBe(pid);
  });

  it('stops without its supervisor, and comes back as it was', async () => {
    await cluster.ok('stop', '5');
    await submit('while node 5 is stopped');
    await user.close();
    await kill(await cluster.supervisor());
    await until('the nodes to stop by themselves', 20_000, async () => ((await cluster.processes()).length === 0 ? true : undefined), async () => (await cluster.processes()).join('\n'));
    for (const node of [1, 2, 3, 4]) expect(cluster.log(node)).toMatch(/hpcore exited due to signal\.\n$/);

    const { nodes } = await cluster.status();
    expect(nodes.map(({ state }) => state)).toEqual([...[1, 2, 3, 4].map(() => ({ kind: 'stopped', interrupted: true })), { kind: 'stopped' }]);
    expect(await cluster.ok('status')).toContain('Not running though they should: 1, 2, 3, 4.');
    expect(await cluster.processes()).toEqual([]);

    const last = Math.max(...[1, 2, 3, 4].map((node) => cluster.last(node)));
    const from = cluster.mark(1);
    await cluster.ok('start', '1');
    expect((await cluster.status()).nodes.map(({ state }) => state.kind)).toEqual(['running', 'running', 'running', 'running', 'stopped']);
    await cluster.advance([1, 2, 3, 4]);
    expect(cluster.ledgers(1, from)[0]?.seqNo).toBe(last + 1);
    user = await User.connect(cluster, 1);
    await requireOnceEach(inputs, [1, 2, 3, 4]);
  });

  it('brings a node in step whose ledgers are damaged at their end', async () => {
    const file = cluster.path(5, 'ledger_fs', 'seed', 'primary', '0', 'ledgers.log');
    const damaged = readFileSync(file);
    damaged.fill(0xff, damaged.length - 20);
    writeFileSync(file, damaged);
    const [last, from] = [cluster.last(5), cluster.mark(5)];
    await cluster.ok('start', '5');
    const text = await cluster.logged(5, /Ledger created/, from);
    expect(text).toMatch(/Hpfs ldgr sync: Target added\. Hash:[0-9a-f]{8} \/primary\/0\n(.*\n)*.*Hpfs ldgr sync: Achieved target:[0-9a-f]{8} \/primary\/0\n/);
    expect(cluster.ledgers(5, from)[0]?.seqNo).toBeGreaterThan(last);
    await cluster.advance(NODES);
    // Also those before the damage, and the one in it, as its new users are told.
    const other = await User.connect(cluster, 5);
    for (const seqNo of [1, last - 1, last, last + 1]) {
      expect(await other.client.getLedgerBySeqNo(seqNo, false, false)).toEqual(await user.client.getLedgerBySeqNo(seqNo, false, false));
    }
    await other.close();
    await requireOnceEach(inputs);
  });

  it('mends files that were changed by hand, and fetches of a large one what differs', async () => {
    await submit('big');
    await cluster.advance(NODES);
    await cluster.ok('stop', '5');
    const { ino } = statSync(`${stateOf(5)}/big.bin`);
    // Nine megabytes are three blocks. The others change the second, somebody here the third.
    await submit(`poke ${5 << 20}`);
    // A node that missed only one ledger would run that one itself.
    await cluster.advance([1, 2, 3, 4]);
    const damaged = readFileSync(`${stateOf(5)}/big.bin`);
    damaged.write('by hand', 9_000_000);
    writeFileSync(`${stateOf(5)}/big.bin`, damaged);
    writeFileSync(`${stateOf(5)}/inputs.txt`, 'nonsense\n');
    truncateSync(`${stateOf(5)}/index.js`, 100);
    writeFileSync(`${stateOf(5)}/stray.txt`, 'a new file\n');
    rmSync(`${stateOf(5)}/runs.txt`);
    const from = cluster.mark(5);
    await cluster.ok('start', '5');
    const text = await cluster.logged(5, /Ledger created/, from);
    expect(text).toMatch(/Hpfs cont sync: Target added\. Hash:[0-9a-f]{8} \/state\n(.*\n)*.*Hpfs cont sync: Achieved target:[0-9a-f]{8} \/state\n/);
    await cluster.advance(NODES);
    await requireOnceEach(inputs);
    for (const name of ['big.bin', 'index.js']) expect(digest(5, name), name).toBe(digest(1, name));
    expect(readFileSync(`${stateOf(5)}/big.bin`).toString('latin1', 5 << 20, (5 << 20) + 5)).toBe('poked');
    expect(() => statSync(`${stateOf(5)}/stray.txt`)).toThrow('ENOENT');
    // Written into the file that was there.
    expect(statSync(`${stateOf(5)}/big.bin`).ino).toBe(ino);
  });

  it('goes on when all its nodes are killed at once in a run', async () => {
    const pids = await Promise.all(NODES.map((node) => cluster.pid(node)));
    const from = NODES.map((node) => cluster.mark(node));
    const { input, letGo } = await hold('all killed', NODES);
    const seqNo = await submit(input);
    await inRun(seqNo, NODES);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    for (const [i, node] of NODES.entries()) await cluster.logged(node, new RegExp(`Node ${node} ended unexpectedly \\(signal SIGKILL\\)`), from[i]);
    letGo();
    for (const [i, node] of NODES.entries()) {
      const text = await cluster.logged(node, new RegExp(`run ${seqNo} ends\n`), from[i]);
      expect(text.split(`run ${seqNo} begins\n`)).toHaveLength(3);
    }
    await cluster.advance(NODES);
    for (const [i, node] of NODES.entries()) expect(cluster.ledgers(node, from[i]).map((ledger) => ledger.seqNo)).toContain(seqNo + 1);
    await requireOnceEach(inputs);
  });
});
