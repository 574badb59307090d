import { mergeOverride, type JsonObject } from '../../hotpocket/config';
import type { Task } from '../engine';
import { hpCfg, type DockerCluster } from './cluster';
import { configText, readNodeConfig, section, withFields } from './configs';
import type { DockerContext } from './context';
import { newNode } from './createCluster';
import { nodeAlias, nodeContainer, MOUNT } from './names';
import { createNodeContainer } from './nodeContainer';
import { publishAddress } from './publishing';
import { removeNodeFolder } from './sync';
import { writeFiles } from './volume';

/** Makes a node that follows the cluster without being in its UNL (reference 9.6). It does not run yet. Returns its number. */
export async function createFollower(context: DockerContext, { nodes, image }: DockerCluster, task?: Task): Promise<number> {
  const { docker, env } = context;
  const node = Math.max(...nodes.map((one) => one.node)) + 1;
  const userPort = Math.max(...nodes.map(({ config }) => config.user.port)) + 1;
  const peerPort = Math.max(...nodes.map(({ config }) => config.mesh.port)) + 1;
  task?.progress?.(`Creating node ${node}`);
  try {
    // What somebody left there is no node: it has no container, or it would be counted.
    await removeNodeFolder(docker, image, node);
    await newNode(context, image, node, task?.signal);
    const container = await createNodeContainer(docker, node, { image, userPort, bind: publishAddress(env) });
    const fresh = await readNodeConfig(container, node);
    const first = await readNodeConfig(container, nodes[0]?.node ?? 1);
    const peers = nodes.map((one) => `${nodeAlias(one.node)}:${one.config.mesh.port}`);
    const json = withFields(followerConfig(fresh.json, first.json), { mesh: { port: peerPort, known_peers: peers }, user: { port: userPort } });
    await writeFiles(container, [{ path: hpCfg(node).slice(MOUNT.length + 1), text: configText(json), mode: fresh.mode }]);
    task?.signal?.throwIfAborted();
    return node;
  } catch (error) {
    await docker.getContainer(nodeContainer(node)).remove({ force: true }).catch(() => undefined);
    await removeNodeFolder(docker, image, node).catch(() => undefined);
    throw error;
  }
}

/** Node 1's settings below the fresh ones, and of its contract what a follower must know before it has the patch. */
function followerConfig(fresh: JsonObject, first: JsonObject): JsonObject {
  const { contract: _contract, node: _node, ...below } = first;
  const { id = '', execute = true, unl = [] } = section(first, 'contract');
  return withFields(mergeOverride(below, fresh), { contract: { id, execute, unl } });
}
