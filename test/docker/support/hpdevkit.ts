import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dockerEnv } from './daemon';

// What hpdevkit does, with the docker command, as reference 9 describes it. The image of its management container is a stand-in: of what is in it
// only a shell is used here.

export async function docker(...args: string[]): Promise<string> {
  return (await promisify(execFile)('docker', args, { env: dockerEnv(), maxBuffer: 16 << 20 })).stdout.trim();
}

/** How hpdevkit counts nodes. */
export async function nodeCount(): Promise<number> {
  return (await docker('ps', '-a')).split('\n').filter((line) => line.includes('hpdevkit_default_node')).length;
}

const VOLUME = ['--mount', 'type=volume,src=hpdevkit_default_vol,dst=/hpdevkit_vol'];
const NETWORK = 'hpdevkit_default_net';

export interface Cluster {
  readonly image: string;
  readonly size: number;
  readonly userPort: number;
  readonly peerPort: number;
}

/** The image with a /bin/bash, under a name for the management container. */
export async function makeDevkitImage(image: string): Promise<string> {
  const name = 'stand-in/hpdevkit:latest';
  const folder = mkdtempSync(join(tmpdir(), 'hotpocket devkit '));
  try {
    writeFileSync(join(folder, 'bash'), '#!/bin/sh\nexec /bin/sh "$@"\n', { mode: 0o755 });
    const id = await docker('create', image);
    await docker('cp', join(folder, 'bash'), `${id}:/bin/bash`);
    await docker('commit', id, name);
    await docker('rm', id);
    return name;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The command that makes a node's container (9.3). */
export const createNodeCommand = (node: number, name: string, { image, userPort }: Pick<Cluster, 'image' | 'userPort'>): string[] => [
  'container', 'create', '--name', name, '--privileged', '-p', `${userPort + node - 1}:${userPort + node - 1}`, '--network', NETWORK,
  '--network-alias', `node${node}`, '--restart', 'unless-stopped', ...VOLUME, image, 'run', `/hpdevkit_vol/node${node}`,
];

/** The command that makes the management container (9.3). */
export const createManagementCommand = (name: string, devkit: string, socket: string, { image, size, userPort, peerPort }: Cluster): string[] => [
  'run', '-it', '--name', name, '-d', '--mount', `type=bind,src=${socket},dst=/var/run/docker.sock`, ...VOLUME, '--entrypoint', '/bin/bash', '--restart', 'unless-stopped',
  ...Object.entries({
    CLUSTER: 'default', CLUSTER_SIZE: size, DEFAULT_NODE: 1, VOLUME: 'hpdevkit_default_vol', NETWORK, CONTAINER_PREFIX: 'hpdevkit_default_node', VOLUME_MOUNT: '/hpdevkit_vol',
    BUNDLE_MOUNT: 'hpdevkit_vol/contract_bundle', DISPARATE_DIR: 'disparate', HOTPOCKET_IMAGE: image, CONFIG_OVERRIDES_FILE: 'hp.cfg.override', CODEGEN_OUTPUT: '/codegen-output',
    HP_USER_PORT_BEGIN: userPort, HP_PEER_PORT_BEGIN: peerPort,
  }).flatMap(([key, value]) => ['-e', `${key}=${value}`]),
  devkit,
];

const numbers = (size: number): number[] => Array.from({ length: size }, (_, i) => i + 1);
const nodeName = (node: number): string => `hpdevkit_default_node_${node}`;

/** Creates and binds a cluster (9.4). */
export async function create(cluster: Cluster, devkit: string, socket: string): Promise<void> {
  await docker('volume', 'create', 'hpdevkit_default_vol');
  await docker('network', 'create', NETWORK);
  for (const node of numbers(cluster.size)) {
    await docker('run', '--rm', ...VOLUME, cluster.image, 'new', `/hpdevkit_vol/node${node}`);
    await docker(...createNodeCommand(node, nodeName(node), cluster));
  }
  await docker(...createManagementCommand('hpdevkit_default_deploymgr', devkit, socket, cluster));
  const bind = `
    const fs = require('fs');
    const [size, userPort, peerPort] = process.argv.slice(1).map(Number);
    const file = (n) => '/hpdevkit_vol/node' + n + '/cfg/hp.cfg';
    const all = Array.from({ length: size }, (_, i) => JSON.parse(fs.readFileSync(file(i + 1), 'utf8')));
    const unl = all.map(({ node }) => node.public_key);
    for (const [i, cfg] of all.entries()) {
      cfg.contract = { ...cfg.contract, id: all[0].contract.id, unl, consensus: { ...cfg.contract.consensus, mode: 'public', roundtime: 2000 } };
      cfg.mesh = { ...cfg.mesh, port: peerPort + i, known_peers: unl.map((_, j) => 'node' + (j + 1) + ':' + (peerPort + j)).filter((_, j) => j !== i) };
      cfg.user.port = userPort + i;
      fs.writeFileSync(file(i + 1), JSON.stringify(cfg, null, 2));
    }`;
  await docker('run', '--rm', ...VOLUME, '--entrypoint', '/usr/bin/node', cluster.image, '-e', bind, ...[cluster.size, cluster.userPort, cluster.peerPort].map(String));
}

/** Deploys (9.5). The override is merged as far as the contract section goes. */
export async function deploy(image: string, folder: string): Promise<void> {
  const count = await nodeCount();
  const names = numbers(count).map(nodeName);
  await docker('exec', 'hpdevkit_default_deploymgr', '/bin/sh', '-c', 'rm -rf /hpdevkit_vol/contract_bundle');
  await docker('cp', folder, 'hpdevkit_default_deploymgr:hpdevkit_vol/contract_bundle');
  await docker('stop', ...names);
  const sync = `
    const fs = require('fs');
    const bundle = '/hpdevkit_vol/contract_bundle';
    for (const n of process.argv.slice(1)) {
      const dir = '/hpdevkit_vol/node' + n;
      for (const fs_ of ['ledger_fs', 'contract_fs']) for (const name of fs.readdirSync(dir + '/' + fs_)) fs.rmSync(dir + '/' + fs_ + '/' + name, { recursive: true });
      const state = dir + '/contract_fs/seed/state';
      fs.mkdirSync(dir + '/contract_fs/seed', { recursive: true });
      fs.cpSync(bundle, state, { recursive: true });
      fs.rmSync(state + '/disparate', { recursive: true, force: true });
      if (fs.existsSync(state + '/hp.cfg.override')) {
        const cfg = JSON.parse(fs.readFileSync(dir + '/cfg/hp.cfg', 'utf8'));
        const { contract = {} } = JSON.parse(fs.readFileSync(state + '/hp.cfg.override', 'utf8'));
        cfg.contract = { ...cfg.contract, ...contract, consensus: { ...cfg.contract.consensus, ...contract.consensus } };
        fs.writeFileSync(dir + '/cfg/hp.cfg', JSON.stringify(cfg, null, 2));
        fs.rmSync(state + '/hp.cfg.override');
      }
    }
    for (const name of fs.readdirSync(bundle)) fs.rmSync(bundle + '/' + name, { recursive: true });`;
  await docker('run', '--rm', ...VOLUME, '--entrypoint', '/usr/bin/node', image, '-e', sync, ...numbers(count).map(String));
  await docker('start', ...names);
}

/** Removes everything (9.7). */
export async function clean(): Promise<void> {
  await docker('rm', '-f', 'hpdevkit_default_deploymgr');
  const names = (await docker('ps', '-a', '--format', '{{.Names}}')).split('\n').filter((name) => name.startsWith('hpdevkit_default_node'));
  if (names.length > 0) await docker('rm', '-f', ...names);
  await docker('volume', 'rm', 'hpdevkit_default_vol');
  await docker('network', 'rm', NETWORK);
}
