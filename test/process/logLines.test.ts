import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock';
import { generateKeyPair } from '../../src/hotpocket/keys';
import { Mesh } from '../../src/node/mesh/mesh';
import { makeTlsFiles } from '../../src/node/setup/tls';
import { noteLog } from '../support/said';
import { troublesIn } from '../support/troubles';
import { CliCluster } from './support/cliCluster';
import { nodeContract } from './support/contracts';
import { User } from './support/users';

// Lines of the reference that no other test makes a node say (test/LOGLINES.md).

const USER_PORT = 18281;
const PEER_PORT = 28281;
const cluster = new CliCluster({ size: 3, userPort: USER_PORT, peerPort: PEER_PORT });
const program = join(process.env.HOTPOCKET_TEST_PROGRAMS ?? join(__dirname, '../../dist'), 'node.js');

beforeAll(async () => {
  const folder = await nodeContract(cluster, 'lines', { consensus: { roundtime: 1000, threshold: 60 } });
  await cluster.deploy(folder);
  await cluster.ok('stop');
  changeConfig(cluster.path(2), (config) => Object.assign(config.user, { idle_timeout: 3000 }));
  changeConfig(cluster.path(3), (config) => {
    config.node.role = 'observer';
    config.user.listen = false;
  });
  await cluster.ok('start');
  await cluster.advance([1, 2, 3]);
});
afterAll(() => cluster.dispose());

interface NodeConfig {
  node: { role: string };
  contract: { id: string; bin_path: string; consensus: { roundtime: number } };
  user: { port: number; listen: boolean };
  mesh: { port: number; known_peers: string[] };
}

function changeConfig(dir: string, change: (config: NodeConfig) => void): void {
  const file = join(dir, 'cfg', 'hp.cfg');
  const config = JSON.parse(readFileSync(file, 'utf8')) as NodeConfig;
  change(config);
  writeFileSync(file, JSON.stringify(config));
}

/** A node of no cluster, with its own contract id. What it says is in `text()`. */
async function loneNode(name: string, change: (config: NodeConfig) => void) {
  const dir = join(cluster.home, name);
  await once(spawn(process.execPath, [program, 'new', dir], { stdio: 'ignore' }), 'exit');
  changeConfig(dir, (config) => {
    config.contract.bin_path = '/bin/true';
    change(config);
  });
  const child = spawn(process.execPath, [program, 'run', dir], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const ended = once(child, 'close').then(([code]) => {
    noteLog(text);
    return code as number | null;
  });
  return { text: () => text, ended, stop: () => (child.kill('SIGINT'), ended) };
}

describe('a node says', () => {
  it('what it is', async () => {
    await cluster.logged(3, /\[inf\]\[hpc\] Role: Observer\n/);
    await cluster.logged(3, /\[inf\]\[hpc\] User connection listner isn't started since user connections are disabled\.\n/);
  });

  it('how a script after the contract ended', async () => {
    const user = await User.connect(cluster, 1);
    await user.accepted('post 1');
    const failed = await cluster.logged(1, /\[inf\]\[hpc\] Running post-exec script\.\.\.\n.*\[err\]\[hpc\] Post-exec script ended prematurely\. Exit code:1\n.*\[err\]\[hpc\] Consensus contract execution failed\.\n/);
    expect(troublesIn(failed)).toContain('POST_EXEC_FAILED');
    await user.accepted('post 0');
    await cluster.logged(1, /\[inf\]\[hpc\] Post-exec script executed successfully\. Exit code:0\n/);
    await user.close();
  });

  it('that peers are not changed while they are discovered', async () => {
    const user = await User.connect(cluster, 1);
    await user.accepted('peers');
    await cluster.logged(1, /\[wrn\]\[hpc\] Not allowed to update peers via control msgs, as peer discovery is enabled\.\n/);
    await user.close();
  });

  it('that a contract died in a read request', async () => {
    const user = await User.connect(cluster, 1);
    void user.read('die');
    await cluster.logged(1, /\[wrn\]\[hpc\] Contract process \(rdonly\) ended prematurely\. Exit code 0\n/);
    await user.close();
  });

  it('that a user was silent for too long', async () => {
    const user = await User.connect(cluster, 2);
    await cluster.logged(2, /\[inf\]\[hpc\] Session [0-9a-f]{8}:in threshold exceeded\. \(type:4 limit:3000\)\n/);
    await user.close();
  });

  it('that a node of another contract knocked', async () => {
    const stranger = await loneNode('stranger', (config) => {
      Object.assign(config.user, { port: USER_PORT + 10 });
      Object.assign(config.mesh, { port: PEER_PORT + 10, known_peers: [`localhost:${PEER_PORT}`] });
    });
    await cluster.logged(1, /\[err\]\[hpc\] Contract id mismatch\. Dropping connection .+\n/);
    expect(await stranger.stop()).toBe(2);
  });

  it('that an NPL message came from outside the UNL', async () => {
    const { contract } = JSON.parse(readFileSync(cluster.path(1, 'cfg', 'hp.cfg'), 'utf8')) as NodeConfig;
    const keys = generateKeyPair();
    const tls = await makeTlsFiles(keys.publicKey);
    let connected = (): void => {};
    const met = new Promise<void>((resolve) => (connected = resolve));
    const mesh = await Mesh.open({
      identity: { keys, contractId: contract.id, port: PEER_PORT + 20, fullHistory: false, timeConfig: () => 100_025 },
      bind: ['127.0.0.1'], listen: false, tlsKey: tls.key, tlsCert: tls.cert, knownPeers: [`127.0.0.1:${PEER_PORT}`],
      forwarding: false, discovery: { enabled: false, intervalMs: 30_000 }, clock: systemClock, roundTime: () => 1000, mayHave: () => true,
      limits: {
        maxBytesPerMsg: 0, maxBytesPerMin: 0, maxDupMsgsPerMin: 0, maxBadMsgSigsPerMin: 0, maxBadMsgsPerMin: 0, idleTimeoutMs: 0, maxConnections: 0,
        maxKnownConnections: 0, maxInConnectionsPerHost: 0,
      },
      log: { inf: () => undefined, err: () => undefined },
    }, { connected, disconnected: () => undefined, message: () => true });
    await met;
    mesh.broadcast({ type: 'npl', pubkey: keys.publicKey, ledgerSeqNo: 1, ledgerHash: '00'.repeat(32), data: Buffer.from('hello'), signature: 'ab'.repeat(64) });
    await cluster.logged(1, /\[inf\]\[hpc\] Peer npl message pubkey verification failed\. Not in UNL\.\n/);
    await mesh.close();
  });

  it.each([['User', 'user'], ['Peer', 'mesh']] as const)('why it can not listen for those on its %s port', async (name, section) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const node = await loneNode(`unlucky ${section}`, (config) => {
      Object.assign(config.user, { port: USER_PORT + 30 });
      Object.assign(config.mesh, { port: PEER_PORT + 30 });
      config[section].port = port;
    });
    expect(await node.ended, node.text()).toBe(255);
    expect(node.text()).toMatch(new RegExp(`\\[err\\]\\[hpc\\] ${name} hpws server creation failed\\. .+ Port: ${port}\\n`));
    expect(troublesIn(node.text())).toEqual([section === 'user' ? 'USER_PORT_FAILED' : 'PEER_PORT_FAILED']);
    taken.close();
  });

  it('that others go by another round time, that it has lost too many of them, and found them again', async () => {
    await cluster.ok('stop', '1');
    await cluster.ok('stop', '3');
    // Node 3 hears only node 2, which is not enough to go on, and goes by another round time.
    changeConfig(cluster.path(3), (config) => (config.contract.consensus.roundtime = 1400));
    const from = cluster.mark(3);
    await cluster.ok('start', '3');
    await cluster.logged(3, /\[inf\]\[hpc\] New time config detected:100025 previous:140025\n/, from);
    // It looks every minute, and every two seconds while it is so.
    await cluster.logged(2, /\[wrn\]\[hpc\] Became weakly connected\.\n/, 0, 90_000);
    await cluster.ok('start');
    await cluster.logged(2, /\[inf\]\[hpc\] No longer weakly connected\.\n/);
    // What all agree on takes the place of what was written into its hp.cfg.
    await cluster.logged(3, /\[inf\]\[hpc\] Contract config updated from patch file\.\n/, from);
    await cluster.advance([1, 2, 3]);
  });
});
