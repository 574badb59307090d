import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { errorText, HotPocketError } from '../../../base/errors';
import { removeFolder } from '../../../base/files';
import { spawnConfig, type HpConfig } from '../../../hotpocket/config';
import { allSettled } from '../../allSettled';
import { requireClusterSize } from '../../clusterSize';
import type { ClusterDefaults, Task } from '../../engine';
import { CLUSTER_NAME } from '../../paths';
import { portBlock, requireFreePorts } from '../../ports';
import { FORMAT, type ClusterRecord, type NodeRecord } from '../clusterFile';
import { nodeRecord, peerAddress, readNodeConfig, writeNodeConfig } from '../nodeConfig';
import type { ClusterOptions } from './cluster';

const ROUND_TIME_MS = 2000;

/**
 * Makes the nodes of a new cluster as hpdevkit does (reference 9.4): one contract id, a UNL of all keys, every node knows the others.
 * The cluster exists once its record is saved; until then, and on failure, there are only folders to be removed.
 */
export async function createNodes(options: ClusterOptions, { size, userPortBegin, peerPortBegin, roundTime = ROUND_TIME_MS }: ClusterDefaults, task?: Task): Promise<ClusterRecord> {
  requireClusterSize(size);
  await requireFreePorts(portBlock('users', userPortBegin, size), portBlock('peers', peerPortBegin, size), options.hosts, size, false);
  task?.progress?.(`Creating '${CLUSTER_NAME}' cluster of size ${size}`);
  const numbers = Array.from({ length: size }, (_, i) => i + 1);
  try {
    const fresh = await newNodes(options, numbers, task?.signal);
    const contractId = fresh[0]?.contract.id ?? '';
    const unl = fresh.map((config) => config.node.public_key);
    const nodes = await Promise.all(
      fresh.map(async (config, i) => {
        const others = numbers.filter((node) => node !== i + 1).map((node) => peerAddress(peerPortBegin + node - 1));
        const consensus = { ...config.contract.consensus, mode: 'public' as const, roundtime: roundTime };
        return configureNode(options, i + 1, {
          ...config,
          contract: { ...config.contract, id: contractId, unl, consensus },
          mesh: { ...config.mesh, port: peerPortBegin + i, known_peers: others },
          user: { ...config.user, port: userPortBegin + i },
        });
      }),
    );
    return { format: FORMAT, name: CLUSTER_NAME, contractId, nodes };
  } catch (error) {
    await removeNodes(options, numbers);
    throw error;
  }
}

/** Makes a node that follows the cluster without being in its UNL (reference 9.6). */
export async function createFollower(options: ClusterOptions, record: ClusterRecord, task?: Task): Promise<NodeRecord> {
  const numbers = record.nodes.map(({ node }) => node);
  const node = Math.max(...numbers) + 1;
  const userPort = Math.max(...record.nodes.map((one) => one.userPort)) + 1;
  const peerPort = Math.max(...record.nodes.map((one) => one.peerPort)) + 1;
  const at = (port: number) => [{ node, port }];
  await requireFreePorts({ use: 'users', ports: at(userPort) }, { use: 'peers', ports: at(peerPort) }, options.hosts, numbers.length + 1, true);
  task?.progress?.(`Creating node ${node}`);
  try {
    const [fresh] = await newNodes(options, [node], task?.signal);
    const config = spawnConfig(fresh!, await readNodeConfig(options.paths, numbers[0] ?? 1));
    const peers = record.nodes.map((one) => peerAddress(one.peerPort));
    return await configureNode(options, node, { ...config, mesh: { ...config.mesh, port: peerPort, known_peers: peers }, user: { ...config.user, port: userPort } });
  } catch (error) {
    await removeNodes(options, [node]);
    throw error;
  }
}

export async function removeNodes({ paths }: ClusterOptions, nodes: readonly number[]): Promise<void> {
  await Promise.all(nodes.map((node) => removeFolder(paths.node(node).dir)));
}

/** By a process for each core at most, because most of the time goes into starting one. */
async function newNodes(options: ClusterOptions, nodes: readonly number[], signal?: AbortSignal): Promise<HpConfig[]> {
  const { paths } = options;
  // What a supervisor that died while creating has left behind.
  await removeNodes(options, nodes);
  const processes = Math.min(nodes.length, availableParallelism());
  await allSettled(Array.from({ length: processes }, (_, i) => makeFolders(options, nodes.filter((_node, at) => at % processes === i), signal)));
  return Promise.all(nodes.map((node) => readNodeConfig(paths, node)));
}

async function makeFolders({ paths, program }: ClusterOptions, nodes: readonly number[], signal?: AbortSignal): Promise<void> {
  const dirs = nodes.map((node) => paths.node(node).dir);
  try {
    await promisify(execFile)(program.nodeJs, [program.script, 'create', ...dirs], { env: program.env, ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted) throw error;
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const made = stdout.split('\n').filter((line) => line.startsWith('Contract directory created')).length;
    throw new HotPocketError('NODE_CREATE_FAILED', { node: nodes[made] ?? 0, problem: stderr.trim() || errorText(error), home: paths.home }, { cause: error });
  }
}

async function configureNode({ paths }: ClusterOptions, node: number, config: HpConfig): Promise<NodeRecord> {
  await writeNodeConfig(paths.node(node).hpCfg, config);
  return nodeRecord(node, config, false);
}
