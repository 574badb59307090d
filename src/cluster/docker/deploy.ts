import { HotPocketError } from '../../base/errors';
import { readBundle, type Bundle } from '../bundle';
import type { DeployRequest, Task } from '../engine';
import { checkContractProgram } from '../preflight';
import type { ClusterReader, DockerCluster } from './cluster';
import { configText, overridden, readNodeConfig, section, type NodeConfig } from './configs';
import type { DockerContext } from './context';
import { createCluster } from './createCluster';
import { destroy } from './destroy';
import { nodeContainer, STAGING } from './names';
import { isUp, startNodes, stopNodes, whenReady } from './nodes';
import { discardUpload, replaceContract } from './sync';
import { uploadBundle } from './uploadBundle';
import { writeFiles } from './volume';

/**
 * Replaces the contract on every node (reference 9.5), on a cluster that is created first if there is none, and starts them all. Fails
 * with the cluster as it was, unless what is deployed makes the nodes end. The caller holds the lock.
 */
export async function deploy(context: DockerContext, reader: ClusterReader, image: string, existing: DockerCluster | undefined, request: DeployRequest, task?: Task): Promise<void> {
  const bundle = await readBundle(request.path);
  const fresh = existing ? undefined : await createCluster(context, image, request.defaults, task);
  const cluster = existing ?? (await reader.require({ unfinished: true }));
  const ranBefore = cluster.nodes.filter(isUp);
  const numbers = cluster.nodes.map(({ node }) => node);
  let deployed: readonly NodeConfig[];
  try {
    deployed = await replace(context, cluster, bundle, fresh, request, task);
  } catch (error) {
    if (!existing) await destroy(context);
    else {
      await discardUpload(context.docker, cluster.image, numbers).catch(() => undefined);
      await bringBack(context, cluster, ranBefore.map(({ node }) => node), reader);
    }
    throw error;
  }
  try {
    const current = await reader.require({ unfinished: true });
    await startNodes(context, current, current.nodes, { ...(task?.progress && { progress: (text: string) => task.progress?.(text) }) });
  } catch (error) {
    // A new cluster that cannot take its ports is none.
    if (!existing) await destroy(context);
    throw error;
  }
  await whenReady(context.docker, deployed, task?.signal);
}

/** Returns what the nodes' hp.cfg are now. */
async function replace(context: DockerContext, cluster: DockerCluster, bundle: Bundle, fresh: readonly NodeConfig[] | undefined, request: DeployRequest, task?: Task): Promise<readonly NodeConfig[]> {
  const { docker, notice } = context;
  const numbers = cluster.nodes.map(({ node }) => node);
  const container = docker.getContainer(cluster.nodes.find((node) => node.container)?.container?.Id ?? nodeContainer(1));
  if (bundle.override) task?.progress?.('Applying hp.cfg overrides');
  const read = (): Promise<NodeConfig[]> => Promise.all(numbers.map((node) => readNodeConfig(container, node)));
  const before = fresh ?? (await read());
  const contract = before.map((config) => section(overridden(config, bundle).json, 'contract'))[0];
  const warning = await programWarning(contract?.execute, contract?.bin_path, bundle.root);
  if (warning) notice(warning);
  task?.progress?.(numbers.length === 1 ? 'Copying the contract to the node' : `Copying the contract to ${numbers.length} nodes`);
  await uploadBundle(container, bundle, task?.signal);
  await stopNodes(context, cluster.nodes, task);
  // A node that stops saves its known peers (reference 1.5).
  const stopped = cluster.nodes.some(isUp) ? await read() : before;
  const configs = stopped.map((config) => overridden(config, bundle));
  const files = configs.map(({ node, json, mode }) => ({ path: `${STAGING}/hp.cfg.${node}`, text: configText(json), mode }));
  await writeFiles(container, [...files, { path: `${STAGING}/stamp.json`, text: JSON.stringify({ contractPath: request.path }), mode: 0o644 }]);
  task?.signal?.throwIfAborted();
  await replaceContract(docker, cluster.image, numbers);
  return configs;
}

/** A program that should be in the contract folder can be looked at; what is in the image cannot. */
async function programWarning(execute: unknown, binPath: unknown, folder: string): Promise<HotPocketError | undefined> {
  if (execute !== true || typeof binPath !== 'string' || binPath.startsWith('/')) return undefined;
  return checkContractProgram(binPath, folder);
}

/** The contract is still the old one. */
async function bringBack(context: DockerContext, cluster: DockerCluster, nodes: readonly number[], reader: ClusterReader): Promise<void> {
  try {
    const current = await reader.read();
    if (current) await startNodes(context, cluster, current.nodes.filter(({ node }) => nodes.includes(node)));
  } catch (error) {
    context.notice(error instanceof HotPocketError ? (error as HotPocketError) : new HotPocketError('INTERNAL', { problem: String(error) }));
  }
}
