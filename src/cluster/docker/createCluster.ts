import { errorText, HotPocketError } from '../../base/errors';
import { allSettled } from '../allSettled';
import { requireClusterSize } from '../clusterSize';
import type { ClusterDefaults, Task } from '../engine';
import { CLUSTER_NAME } from '../paths';
import { portBlock, requireFreePorts } from '../ports';
import { hpCfg } from './cluster';
import { configText, readNodeConfig, section, withFields, type NodeConfig } from './configs';
import type { DockerContext } from './context';
import { destroy } from './destroy';
import { devkitImage, requireImage } from './images';
import { createManagement, managementProblem } from './management';
import { MOUNT, NETWORK, nodeAlias, nodeContainer, nodeDir, VOLUME } from './names';
import { createNodeContainer } from './nodeContainer';
import { daemonSocket, publishAddress } from './publishing';
import { writeFiles } from './volume';
import { work } from './work';

const ROUND_TIME_MS = 2000;

/** Makes a cluster as hpdevkit does, in its order (reference 9.4), and gives what its nodes' hp.cfg are. The nodes do not run yet. On failure nothing is left. */
export async function createCluster(context: DockerContext, image: string, defaults: ClusterDefaults, task?: Task): Promise<readonly NodeConfig[]> {
  const { docker, env, endpoint } = context;
  const { size, userPortBegin, peerPortBegin } = defaults;
  requireClusterSize(size);
  const users = portBlock('users', userPortBegin, size);
  const peers = portBlock('peers', peerPortBegin, size);
  const bind = publishAddress(env);
  // Only here can it be known before Docker tries. Peers have networks of their own.
  if (endpoint.kind === 'socket') await requireFreePorts(users, { ...peers, ports: [] }, [bind || '0.0.0.0'], size, false);
  task?.progress?.(`Creating '${CLUSTER_NAME}' cluster of size ${size}`);
  await destroy(context);
  try {
    await docker.createVolume({ Name: VOLUME });
    await docker.createNetwork({ Name: NETWORK, Driver: 'bridge', CheckDuplicate: true });
    const numbers = users.ports.map(({ node }) => node);
    await allSettled(numbers.map((node) => newNode(context, image, node, task?.signal)));
    await allSettled(users.ports.map(({ node, port }) => createNodeContainer(docker, node, { image, userPort: port, bind })));
    await addManagement(context, image, defaults, task);
    const configs = await bindMesh(context, defaults);
    task?.signal?.throwIfAborted();
    return configs;
  } catch (error) {
    await destroy(context);
    throw error;
  }
}

/** `hpcore new`. Throws NODE_CREATE_FAILED. */
export async function newNode({ docker }: DockerContext, image: string, node: number, signal?: AbortSignal): Promise<void> {
  let problem: string;
  try {
    const { exitCode, output } = await work(docker, { image, command: ['new', nodeDir(node)], ...(signal && { signal }) });
    if (exitCode === 0) return;
    problem = output.trim().split('\n').at(-1) || `exit code ${exitCode}`;
  } catch (error) {
    if (signal?.aborted) throw error;
    problem = errorText(error);
  }
  throw new HotPocketError('NODE_CREATE_FAILED', { node, problem, home: `Docker's volume ${VOLUME}` });
}

/** Without it the cluster works, but not hpdevkit's commands. */
async function addManagement(context: DockerContext, image: string, { size, userPortBegin, peerPortBegin }: ClusterDefaults, task?: Task): Promise<void> {
  const { docker, env, endpoint, notice } = context;
  const devkit = devkitImage(env);
  try {
    await requireImage(docker, devkit, task);
    const options = { devkitImage: devkit, instanceImage: image, size, defaultNode: 1, userPortBegin, peerPortBegin };
    await createManagement(docker, { ...options, socket: daemonSocket(endpoint) });
  } catch (error) {
    task?.signal?.throwIfAborted();
    notice(new HotPocketError('DOCKER_MANAGEMENT_MISSING', { image: devkit, problem: error instanceof HotPocketError ? error.message : managementProblem(error) }));
  }
}

async function bindMesh({ docker }: DockerContext, { size, userPortBegin, peerPortBegin, roundTime = ROUND_TIME_MS }: ClusterDefaults): Promise<readonly NodeConfig[]> {
  const numbers = Array.from({ length: size }, (_, i) => i + 1);
  const first = docker.getContainer(nodeContainer(1));
  const fresh = await Promise.all(numbers.map((node) => readNodeConfig(first, node)));
  const id = section((fresh[0] as (typeof fresh)[number]).json, 'contract').id ?? '';
  const unl = fresh.map(({ json }) => section(json, 'node').public_key ?? '').sort();
  const configs = fresh.map(({ node, json, mode }): NodeConfig => {
    const others = numbers.filter((other) => other !== node).map((other) => `${nodeAlias(other)}:${peerPortBegin + other - 1}`);
    const bound = withFields(json, {
      contract: { id, unl, consensus: { mode: 'public', roundtime: roundTime } },
      mesh: { port: peerPortBegin + node - 1, known_peers: others },
      user: { port: userPortBegin + node - 1 },
    });
    return { node, json: bound, mode };
  });
  await writeFiles(first, configs.map(({ node, json, mode }) => ({ path: hpCfg(node).slice(MOUNT.length + 1), text: configText(json), mode })));
  return configs;
}
