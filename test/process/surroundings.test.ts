import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { CliCluster, sampleBundle, until, type CliClusterOptions } from './support/cliCluster';
import { User } from './support/users';

// Homes, disks, programs and clocks as nobody wishes for (TESTING.md, "Bad surroundings"): an error that names cause and remedy, a whole cluster, a way on.

const LONG = process.env.HOTPOCKET_TEST_LONG === '1';
const ROOT = process.geteuid?.() === 0;
const NOBODY = 65_534;
const asNobody = ROOT ? ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', process.execPath] : [process.execPath];

let cluster: CliCluster;
afterEach(() => cluster.dispose());
const make = (options: CliClusterOptions): CliCluster => (cluster = new CliCluster({ userPort: 18_541, peerPort: 28_541, ...options }));

async function answers(text: string): Promise<void> {
  const user = await User.connect(cluster, 1);
  await user.accepted(JSON.stringify({ type: 'set', data: text }));
  await cluster.advance(nodes(), 1);
  expect(await user.client.submitContractReadRequest(JSON.stringify({ type: 'get' }))).toEqual({ type: 'dataResult', data: text });
  await user.close();
}
const nodes = (): number[] => Array.from({ length: Number(cluster.env.HP_CLUSTER_SIZE) }, (_, i) => i + 1);

/** The folders between the home and the nodes. */
const folders = (): string[] => [cluster.home, join(cluster.home, 'clusters'), cluster.dir];
function own(id: number): void {
  for (const folder of folders()) {
    chownSync(folder, id, id);
    chmodSync(folder, 0o755);
  }
}

it('an ordinary user, whose home has a long path in several scripts, can deploy, deploy again and clean', async () => {
  make({ size: 1, within: `${'日本語 мой ünï 😀 '.repeat(3)}/${'l'.repeat(110)}`, launcher: () => asNobody });
  expect(Buffer.byteLength(cluster.home)).toBeGreaterThan(200);
  if (ROOT) openTo(NOBODY);
  for (const text of ['first', 'second']) {
    await cluster.deploy(sampleBundle);
    await answers(text);
  }
  await cluster.ok('spawn');
  expect(await cluster.ok('clean')).toContain('clean');
  expect(existsSync(cluster.dir)).toBe(false);
});

/** The home belongs to the user, who can pass all above it. */
function openTo(id: number): void {
  for (let folder = cluster.home; folder !== '/'; folder = resolve(folder, '..')) if (folder.includes('hotpocket tést')) chmodSync(folder, 0o755);
  chownSync(cluster.home, id, id);
}

it.skipIf(!LONG || !ROOT)('a home that cannot be written to: each command says so, and works when it can', async () => {
  make({ size: 1, launcher: () => asNobody });
  chmodSync(cluster.home, 0o755);
  const refused = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await cluster.run(...args);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/permission denied \(EACCES\)\. \[FILES_REFUSED\]\n.*HOTPOCKET_HOME/)]);
  };
  await refused('deploy', sampleBundle);
  openTo(NOBODY);
  await cluster.deploy(sampleBundle);
  await answers('before');
  own(0);
  for (const args of [['deploy', sampleBundle], ['stop'], ['clean']]) await refused(...args);
  expect((await cluster.status()).nodes.map(({ state }) => state.kind)).toEqual(['running']);
  await answers('meanwhile');
  own(NOBODY);
  await cluster.deploy(sampleBundle);
  await answers('after');
});

it.skipIf(!LONG)('two who deploy at once, on a machine on which nothing runs, get one cluster', async () => {
  make({ size: 2 });
  const results = await Promise.all([1, 2].map(() => cluster.run('deploy', sampleBundle)));
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect((await cluster.processes()).filter((line) => line.includes('supervisor.js'))).toHaveLength(1);
  await answers('one cluster');
});

it.skipIf(!LONG)('the Node.js that runs them is removed: what runs goes on, what is to start says so, and starts with another one', async () => {
  make({ size: 2 });
  const nodeJs = join(cluster.home, 'my node');
  copyFileSync(process.execPath, nodeJs);
  cluster.env.HOTPOCKET_NODE_PATH = nodeJs;
  // No other is found.
  const path = join(cluster.home, 'empty');
  mkdirSync(path);
  cluster.env.PATH = path;
  await cluster.deploy(sampleBundle);
  await answers('before');
  rmSync(nodeJs);
  await cluster.advance(nodes(), 1);
  await cluster.ok('stop', '2');
  const { code, stderr } = await cluster.run('start', '2');
  expect([code, stderr]).toEqual([1, expect.stringContaining('[NODE_JS_NOT_FOUND]')]);
  delete cluster.env.HOTPOCKET_NODE_PATH;
  await cluster.ok('stop');
  await until('the supervisor to end', 20_000, async () => ((await cluster.processes()).length === 0 ? true : undefined));
  await cluster.ok('start');
  await answers('after');
});

const HAS_VIEWS = ROOT && spawnSync('unshare', ['-m', 'true']).status === 0;

/** A cluster of two in a view of the file system of its own, in which each command runs. `mount` is done there with the home as $0; the view ends with its keeper. */
async function makeInView(mount = 'true'): Promise<{ readonly keeper: ChildProcess; readonly mount: (commands: string) => void }> {
  let keeper: ChildProcess | undefined;
  make({
    size: 2,
    launcher: (home) => {
      keeper = spawn('unshare', ['-m', 'sh', '-c', `${mount} && echo ready && exec sleep 1000`, home], { stdio: ['ignore', 'pipe', 'inherit'] });
      return ['nsenter', '-t', String(keeper.pid), '-m', process.execPath];
    },
  });
  await once(keeper!.stdout!, 'data');
  return { keeper: keeper!, mount: (commands) => void execFileSync('nsenter', ['-t', String(keeper!.pid), '-m', 'sh', '-c', commands, cluster.home]) };
}

it.skipIf(!LONG || !HAS_VIEWS)('a home that becomes read-only while nodes run: nodes and commands say so, and all goes on when it can be written to', async () => {
  const { keeper, mount } = await makeInView();
  try {
    expect((await cluster.run('deploy', sampleBundle)).code).toBe(0);
    await answers('before');
    const marks = nodes().map((node) => cluster.mark(node));
    mount('mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"');
    for (const args of [['deploy', sampleBundle], ['stop'], ['clean']]) {
      const { code, stderr } = await cluster.run(...args);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/the disk is read-only \(EROFS\)\. \[FILES_REFUSED\]\n/)]);
    }
    for (const node of nodes()) await cluster.logged(node, /EROFS/, marks[node - 1]);
    await until('both to end', 60_000, async () => ((await cluster.status()).nodes.every(({ state }) => state.kind === 'crashed') ? true : undefined));
    mount('umount -l "$0"');
    await cluster.ok('start');
    await answers('after');
  } finally {
    mount('umount -l "$0" 2>/dev/null || true');
    await cluster.ok('clean');
    keeper.kill('SIGKILL');
  }
});

it.skipIf(!LONG || !HAS_VIEWS)('a full disk: nodes and commands say so, and all goes on when there is room', async () => {
  const { keeper } = await makeInView('mount -t tmpfs -o size=64m none "$0"');
  const inside = (path: string): string => `/proc/${keeper.pid}/root${path}`;
  try {
    expect((await cluster.run('deploy', sampleBundle)).code).toBe(0);
    const ledger = async (): Promise<number> => Math.min(...(await cluster.status()).nodes.map((node) => node.ledger?.seqNo ?? 0));
    await until('ledgers', 30_000, async () => ((await ledger()) >= 2 ? true : undefined));
    fill(inside(join(cluster.home, 'filler')));
    const { code, stderr } = await cluster.run('deploy', sampleBundle);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/the disk is full \(ENOSPC\)\. \[FILES_REFUSED\]\nMake room/)]);
    await until('node 1 to say why it ends', 30_000, () => (readFileSync(inside(cluster.path(1, 'log', 'console.log')), 'utf8').includes('ENOSPC') ? true : undefined));
    rmSync(inside(join(cluster.home, 'filler')));
    await cluster.ok('start');
    const before = await ledger();
    await until('more ledgers', 60_000, async () => ((await ledger()) >= before + 2 ? true : undefined), async () => JSON.stringify((await cluster.status()).nodes));
    await cluster.ok('deploy', sampleBundle);
  } finally {
    await cluster.ok('clean');
    keeper.kill('SIGKILL');
  }
});

/** Takes all that is left on the disk of the file. */
function fill(file: string): void {
  for (let bytes = 1 << 20; bytes >= 256; ) {
    try {
      writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' });
    } catch {
      bytes /= 2;
    }
  }
}

it.skipIf(!LONG)('a port that somebody takes the moment its node dies: said, others go on, and the node can be started when it is free', async () => {
  make({ size: 5 });
  await cluster.deploy(sampleBundle);
  await answers('before');
  const supervisor = await cluster.supervisor();
  const pid = await cluster.pid(2);
  const mark = cluster.mark(2);
  process.kill(supervisor, 'SIGSTOP');
  process.kill(pid, 'SIGKILL');
  const squatter = await until('the port to be free', 10_000, () => squat(18_542));
  try {
    process.kill(supervisor, 'SIGCONT');
    await cluster.logged(2, /\[err\].*Could not bind socket for listen\./, mark);
    for (const args of [['start', '2'], ['deploy', sampleBundle]]) {
      const { code, stderr } = await cluster.run(...args);
      expect([code, stderr]).toEqual([1, expect.stringMatching(new RegExp(`Port 18542, wanted for users of node 2, is in use by .*\\b${process.pid}\\b.*\\[PORT_IN_USE\\]`))]);
    }
    await cluster.advance([1, 3, 4, 5], 2);
  } finally {
    squatter.close();
  }
  // It has been given up, or is just being started again.
  await cluster.ok('start', '2');
  await cluster.advance(nodes(), 2);
  await answers('after');
});

/** A program that listens where a node should; undefined if it can't yet. */
async function squat(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((done) => server.once('error', () => done(undefined)).listen(port, '127.0.0.1', () => done(server)));
}

it.skipIf(!LONG)('a machine that sleeps for an hour: ledgers go on within some rounds, with the same processes', async () => {
  // What stands still and then finds the wall clock an hour ahead, while the time of its timers stood still as well.
  make({ size: 3, launcher: sleeper });
  const hour = 3_600_000;
  await cluster.deploy(sampleBundle);
  await answers('before');
  const pids = async (): Promise<number[]> => [await cluster.supervisor(), ...(await Promise.all(nodes().map((node) => cluster.pid(node))))];
  const before = await pids();
  const sleeping = (await cluster.processes()).map((line) => Number.parseInt(line, 10));
  for (const pid of sleeping) process.kill(pid, 'SIGSTOP');
  writeFileSync(join(cluster.home, 'ahead'), String(hour));
  const woken = Date.now();
  for (const pid of sleeping) process.kill(pid, 'SIGCONT');
  await cluster.advance(nodes(), 2);
  await answers('an hour later');
  const user = await User.connect(cluster, 1);
  const ledger = (await user.client.getLedgerBySeqNo(cluster.last(1), false, false)) as { readonly timestamp: number };
  expect(ledger.timestamp).toBeGreaterThan(woken + hour - 10_000);
  await user.close();
  expect(await pids()).toEqual(before);
  await cluster.ok('stop', '2');
  await cluster.ok('start', '2');
  await cluster.advance(nodes(), 2);
});

/** The programs with a clock that is as far ahead as the file `ahead` of the home says. */
function sleeper(home: string): string[] {
  const programs = join(home, 'programs');
  cpSync(resolve(__dirname, '../../dist'), programs, { recursive: true });
  const clock = `{
    const { readFileSync } = require('node:fs'), now = Date.now;
    Date.now = () => { try { return now() + Number(readFileSync(${JSON.stringify(join(home, 'ahead'))})); } catch { return now(); } };
    globalThis.Date = class extends Date { constructor(...given) { super(...(given.length > 0 ? given : [Date.now()])); } };
  }\n`;
  for (const name of ['supervisor.js', 'node.js', 'cli.js']) writeFileSync(join(programs, name), clock + readFileSync(join(programs, name), 'utf8').replace(/^#!.*/, ''));
  writeFileSync(join(home, 'run.js'), `process.argv.splice(1, 1); require(${JSON.stringify(join(programs, 'cli.js'))});\n`);
  return [process.execPath, join(home, 'run.js')];
}
