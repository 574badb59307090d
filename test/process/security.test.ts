import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCode } from '../../src/base/errors';
import { ClusterPaths } from '../../src/cluster/paths';
import { CliCluster, sampleBundle } from './support/cliCluster';

// What SECURITY.md promises, on a cluster that runs (2 nodes, the sample).
const NODES = [1, 2];
const linux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;
const cluster = new CliCluster({ size: 2, userPort: 18641, peerPort: 28641 });
const paths = new ClusterPaths(cluster.dir);
const hpCfg = (node: number): string => paths.node(node).hpCfg;
const socket = (): string => readFileSync(paths.addressFile, 'utf8');
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
let secrets: string[];
let shown = '';

beforeAll(async () => {
  const { stdout, stderr } = await cluster.deploy(sampleBundle);
  await cluster.advance(NODES, 2);
  secrets = NODES.map((node) => (JSON.parse(readFileSync(hpCfg(node), 'utf8')) as { node: { private_key: string } }).node.private_key);
  shown = stdout + stderr;
});
afterAll(() => cluster.dispose());

/** All files below a folder of a cluster that runs, where folders come and go. */
function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : entry.isFile() ? [join(folder, entry.name)] : []));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

describe.runIf(linux)('other users of this machine', () => {
  it('are kept out of clusters, keys and the control socket', () => {
    for (const folder of ['clusters', 'clusters/default']) expect([folder, mode(join(cluster.home, folder))]).toEqual([folder, '700']);
    for (const node of NODES) for (const path of [hpCfg(node), join(paths.node(node).dir, 'cfg', 'tlskey.pem')]) expect([path, mode(path)]).toEqual([path, '600']);
    expect([mode(dirname(socket())), mode(socket())]).toEqual(['700', '600']);
  });

  it.runIf(isRoot)('cannot steer the supervisor, nor read a key', () => {
    const attempt = `
      const fail = (error) => console.log(error.code);
      try { require('fs').readFileSync(process.argv[2]); console.log('read'); } catch (error) { fail(error); }
      require('net').connect(process.argv[1]).on('connect', () => (console.log('connected'), process.exit())).on('error', fail);`;
    const as = (uid: number): string => spawnSync(process.execPath, ['-e', attempt, socket(), hpCfg(1)], { uid, gid: uid, cwd: '/', encoding: 'utf8' }).stdout;
    expect(as(0)).toBe('read\nconnected\n');
    expect(as(65_534)).toBe('EACCES\nEACCES\n');
  });

  it('find ports of this machine only', async () => {
    const pids = (await cluster.status()).nodes.map(({ state }) => ('pid' in state ? state.pid : 0));
    const addresses = pids.flatMap(listening);
    // Two ports of each node, on both loopback addresses as far as there are two.
    expect(addresses.length).toBeGreaterThanOrEqual(4);
    expect([...new Set(addresses)].filter((address) => !['0100007F', '00000000000000000000000001000000'].includes(address))).toEqual([]);
  });
});

/** Addresses on which a process listens, as /proc tells them. */
function listening(pid: number): string[] {
  const inodes = new Set(readdirSync(`/proc/${pid}/fd`).flatMap((fd) => link(`/proc/${pid}/fd/${fd}`)));
  return ['tcp', 'tcp6'].flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
    return state === '0A' && inodes.has(`socket:[${inode}]`) ? [local.split(':')[0] ?? ''] : [];
  }));
}

function link(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}

it.runIf(linux)('private keys are in no log, no message, no list of processes and no environment', async () => {
  for (const args of [['status'], ['status', '--json'], ['logs', '1', '--no-follow'], ['diagnose', sampleBundle], ['profile', '1', '--rounds', '1', '--json'], ['start', '9']]) {
    const { stdout, stderr } = await cluster.run(...args);
    shown += stdout + stderr;
  }
  const logs = filesBelow(cluster.home).filter((path) => path.endsWith('.log') || path.endsWith('cluster.json'));
  expect(logs.length).toBeGreaterThanOrEqual(3);
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => ['cmdline', 'environ'].map((file) => read(`/proc/${pid}/${file}`)));
  const places = { shown, logs: logs.map(read).join('\n'), processes: processes.join('\n') };
  for (const [place, text] of Object.entries(places)) {
    expect(text.length, place).toBeGreaterThan(100);
    for (const secret of secrets) expect(text.includes(secret.slice(2)) || text.includes(secret.slice(2, 66)), `a private key in ${place}`).toBe(false);
  }
});

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // Gone meanwhile.
    return '';
  }
}
