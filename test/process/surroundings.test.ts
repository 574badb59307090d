import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { EmbeddedEngine } from '../../src/cluster/embedded/engine';
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

it.skipIf(!LONG || !ROOT || spawnSync('unshare', ['-m', 'true']).status !== 0)('a full disk: nodes and commands say so, and all goes on when there is room', async () => {
  // A disk of its own, in a view of the file system in which each command then runs.
  let keeper: ReturnType<typeof spawn> | undefined;
  make({
    size: 2,
    launcher: (home) => {
      keeper = spawn('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=64m none "$0" && echo ready && exec sleep 1000', home], { stdio: ['ignore', 'pipe', 'inherit'] });
      return ['nsenter', '-t', String(keeper.pid), '-m', process.execPath];
    },
  });
  await once(keeper!.stdout!, 'data');
  const inside = (path: string): string => `/proc/${keeper!.pid}/root${path}`;
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
    keeper!.kill('SIGKILL');
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

it.skipIf(!LONG)('clocks that jump by an hour, as when the machine wakes up: ledgers go on within some rounds', async () => {
  make({ size: 3 });
  await cluster.deploy(sampleBundle);
  await answers('before');
  const engine = new EmbeddedEngine({ programs: resolve(__dirname, '../../dist'), env: { ...process.env, HOTPOCKET_HOME: cluster.home } });
  const hour = 3_600_000;
  await engine.setFaults({ clocks: nodes().map((node) => ({ node, ahead: hour })) });
  await cluster.advance(nodes(), 2);
  await answers('an hour later');
  engine.dispose();
});
