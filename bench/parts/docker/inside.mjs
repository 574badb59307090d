// Run by docker.mjs where a daemon is: `inside.mjs RESULTS RUNS`. Prints what is going on, and writes its measurements (ms) as JSON.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from 'tar-stream';
import { makeImage } from '../../../scripts/image.mjs';
import { sample, sleep, someMoment } from '../../cluster.mjs';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const { DockerEngine, findEndpoint, openDocker } = createRequire(import.meta.url)(join(root, 'dist/docker.js'));
const NODES = [1, 2, 3];
const [USER_PORT, PEER_PORT] = [8081, 22_861];
const [VOLUME, NETWORK, NODE] = ['hpdevkit_default_vol', 'hpdevkit_default_net', 'hpdevkit_default_node'];
const MOUNTS = [{ Type: 'volume', Source: VOLUME, Target: '/hpdevkit_vol' }];
const [results, runs] = [process.argv[2], Number(process.argv[3])];

const docker = openDocker(findEndpoint(process.env), process.env);
const home = mkdtempSync(join(tmpdir(), 'hotpocket-bench-'));
const { tag: image } = await makeImage({ docker });
const devkit = await makeDevkit();
const env = { PATH: process.env.PATH, DOCKER_HOST: process.env.DOCKER_HOST, HOTPOCKET_HOME: home, HP_INSTANCE_IMAGE: image, HP_DEVKIT_IMAGE: devkit };
const engine = new DockerEngine({ env });

async function timed(act) {
  const begin = performance.now();
  await act();
  return performance.now() - begin;
}

/** An image for the management container, of which only a shell is needed. */
async function makeDevkit() {
  const container = await docker.createContainer({ Image: image });
  const archive = pack();
  archive.entry({ name: 'bin/bash', mode: 0o755 }, '#!/bin/sh\nexec /bin/sh "$@"\n');
  archive.finalize();
  await container.putArchive(archive, { path: '/' });
  await container.commit({ repo: 'stand-in/hpdevkit', tag: 'latest' });
  await container.remove();
  return 'stand-in/hpdevkit:latest';
}

/** The least that a cluster needs of containers. */
async function bareCluster() {
  await docker.createVolume({ Name: VOLUME });
  await docker.createNetwork({ Name: NETWORK, Driver: 'bridge' });
  await Promise.all(NODES.map(async (node) => {
    const fresh = await docker.createContainer({ Image: image, Cmd: ['new', `/hpdevkit_vol/node${node}`], HostConfig: { AutoRemove: true, NetworkMode: 'none', Mounts: MOUNTS } });
    const ended = fresh.wait({ condition: 'removed' });
    await fresh.start();
    await ended;
  }));
  const management = await docker.createContainer({ name: 'hpdevkit_default_deploymgr', Image: devkit, Entrypoint: ['/bin/bash'], Tty: true, OpenStdin: true, HostConfig: { Mounts: MOUNTS } });
  const containers = await Promise.all(NODES.map((node) => docker.createContainer({
    name: `${NODE}_${node}`, Image: image, Cmd: ['run', `/hpdevkit_vol/node${node}`],
    HostConfig: { Privileged: true, PortBindings: { [`${USER_PORT + node - 1}/tcp`]: [{ HostPort: String(USER_PORT + node - 1) }] }, NetworkMode: NETWORK, Mounts: MOUNTS },
  })));
  await management.start();
  await Promise.all(containers.map(async (container) => {
    await container.start();
    while (!(await container.logs({ stdout: true, stderr: true })).includes('Started listening for user connections')) await sleep(20);
  }));
}

/** What the calls of this kind to the daemon take while `act` is at work, ms, and all of it. */
async function parts(kind, act) {
  const prototype = Object.getPrototypeOf(docker.getContainer('any'));
  const call = prototype[kind];
  let own = 0;
  prototype[kind] = async function (...args) {
    const begin = performance.now();
    try {
      return await call.apply(this, args);
    } finally {
      own += performance.now() - begin;
    }
  };
  try {
    return { all: await timed(act), own };
  } finally {
    prototype[kind] = call;
  }
}

/** Somebody else kills node 2. */
async function seen() {
  const window = new DockerEngine({ env });
  try {
    let at;
    const told = new Promise((resolve) => {
      window.onDidChange((change) => {
        if (at === undefined || change.type !== 'node' || change.node.node !== 2 || change.node.state.kind !== 'crashed') return;
        resolve(performance.now() - at);
      });
    });
    // It has begun to watch once it says what it sees.
    await new Promise((resolve) => {
      const subscription = window.onDidChange(({ type }) => {
        if (type !== 'ledger') return;
        subscription.dispose();
        resolve();
      });
    });
    at = performance.now();
    await docker.getContainer(`${NODE}_2`).kill();
    const ms = await told;
    await engine.start(2);
    return ms;
  } finally {
    window.dispose();
  }
}

const measured = { own: [], deployed: [], stops: [], starts: [], seen: [] };
await engine.clean().catch(() => undefined);
try {
  for (let run = 1; run <= runs; run++) {
    console.log(`create, deploy, stop, start, kill, ${run} of ${runs}`);
    measured.own.push(await timed(bareCluster));
    await engine.clean();
    measured.deployed.push(await timed(() => engine.deploy({ path: sample, defaults: { size: NODES.length, userPortBegin: USER_PORT, peerPortBegin: PEER_PORT } })));
    await someMoment();
    measured.stops.push(await parts('stop', () => engine.stop(3)));
    measured.starts.push(await parts('start', () => engine.start(3)));
    measured.seen.push(await seen());
    await engine.clean();
  }
} finally {
  await engine.clean().catch(() => undefined);
  engine.dispose();
  rmSync(home, { recursive: true, force: true });
}
writeFileSync(results, JSON.stringify(measured));
