import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { HotPocketError } from '../../base/errors';
import { durationText } from '../../base/quantities';
import { allSettled } from '../allSettled';
import type { Task } from '../engine';
import type { DockerCluster, DockerNode } from './cluster';
import type { NodeConfig } from './configs';
import type { DockerContext } from './context';
import { daemonText, hasStatus } from './daemon/failures';
import { nodeContainer } from './names';
import { createNodeContainer } from './nodeContainer';
import { tellsInLog, viewOf } from './nodeConfigView';
import { publishAddress } from './publishing';
import { sinceStart } from './logs/frames';
import { lastWords } from './logs/lastWords';
import { readOutput } from './logs/readOutput';

const SHORTEST_GRACE_S = 10;
const LISTENING = /\[inf\]\[hpc\] Started listening for user connections on \d+$/m;
const USERS_DISABLED = /User connection listner isn't started since user connections are disabled\.$/m;
const READY_WITHIN_MS = 20_000;
/** A node that is told not to say so has come up by then, or has ended for want of something. */
const SILENT_READY_MS = 3_000;
const LOOK_EVERY_MS = 50;
const LAST_LINES = 30;
/** hpcore may fail to mount once; a configuration that it refuses ends it every time. */
const HOPELESS_RESTARTS = 3;

/** The given node, or all. Throws NODE_NOT_FOUND. */
export function select({ nodes }: DockerCluster, node?: number): readonly DockerNode[] {
  if (node === undefined) return nodes;
  const chosen = nodes.filter((one) => one.node === node);
  if (chosen.length === 0) throw new HotPocketError('NODE_NOT_FOUND', { node, count: nodes.length });
  return chosen;
}

export const isUp = ({ container }: DockerNode): boolean => container?.State.Running === true || container?.State.Restarting === true;

/** Starts those that do not run, all at once. A container that somebody removed is made anew: what the node is, is in the volume. */
export async function startNodes(context: DockerContext, cluster: DockerCluster, nodes: readonly DockerNode[], task?: Task): Promise<void> {
  const waiting = nodes.filter((node) => !isUp(node) || node.container?.State.Paused === true);
  if (waiting.length > 0) task?.progress?.(waiting.length === 1 ? `Starting node ${waiting[0]?.node}` : `Starting ${waiting.length} nodes`);
  task?.signal?.throwIfAborted();
  await allSettled(waiting.map((node) => startNode(context, cluster, node)));
}

async function startNode({ docker, env }: DockerContext, { image }: DockerCluster, { node, container, config }: DockerNode): Promise<void> {
  try {
    if (container?.State.Paused) return void (await docker.getContainer(container.Id).unpause());
    const userPort = config.user.port;
    await (container ? docker.getContainer(container.Id) : await createNodeContainer(docker, node, { image, userPort, bind: publishAddress(env) })).start();
  } catch (error) {
    // It runs already.
    if (hasStatus(error, 304)) return;
    throw startFailure(error, node, config.user.port);
  }
}

/** Docker allots ports when a container starts. */
function startFailure(error: unknown, node: number, port: number): unknown {
  const problem = daemonText(error);
  if (/port is already allocated|address already in use/.test(problem)) {
    return new HotPocketError('PORT_IN_USE', { port, use: `users of node ${node}`, holder: 'another program or container', instead: 'HP_USER_PORT_BEGIN=<another>', settled: true }, { cause: error });
  }
  if (hasStatus(error, 404) || hasStatus(error, 500)) return new HotPocketError('NODE_START_FAILED', { node, problem, log: nodeLogCommand(node) }, { cause: error });
  return error;
}

/** How to see a node's log without us. */
export const nodeLogCommand = (node: number): string => `docker logs ${nodeContainer(node)}`;

/** Stops those that run, all at once. A node needs up to a round to stop (reference 2.7). */
export async function stopNodes({ docker }: DockerContext, nodes: readonly DockerNode[], task?: Task): Promise<void> {
  const running = nodes.filter(isUp);
  if (running.length > 0) task?.progress?.(running.length === 1 ? `Stopping node ${running[0]?.node}` : `Stopping ${running.length} nodes`);
  await allSettled(running.map(async ({ container, config }) => {
    if (!container) return;
    const grace = Math.max(SHORTEST_GRACE_S, Math.ceil((2 * config.contract.consensus.roundtime) / 1000));
    const handle = docker.getContainer(container.Id);
    // What stands still does not hear the signal.
    if (container.State.Paused) await handle.unpause();
    await handle.stop({ t: grace }).catch((error: unknown) => {
      if (!hasStatus(error, 304) && !hasStatus(error, 404)) throw error;
    });
  }));
}

/** Waits until each node takes users, and throws NODE_START_FAILED with its last words if it ends instead. */
export async function whenReady(docker: Docker, nodes: readonly NodeConfig[], signal?: AbortSignal): Promise<void> {
  await allSettled(nodes.map(({ node, json }) => whenNodeReady(docker, node, tellsInLog(viewOf(json)), signal)));
}

async function whenNodeReady(docker: Docker, node: number, tells: boolean, signal?: AbortSignal): Promise<void> {
  const container = docker.getContainer(nodeContainer(node));
  let [first, run, since] = ['', '', 0];
  for (const deadline = performance.now() + READY_WITHIN_MS; ; await sleep(LOOK_EVERY_MS, undefined, { ...(signal && { signal }) })) {
    const { State, RestartCount } = await container.inspect();
    if (State.StartedAt !== run) [first, run, since] = [first || sinceStart(State), State.StartedAt, performance.now()];
    const output = await readOutput(docker, container, { since: sinceStart(State) });
    const up = tells ? LISTENING.test(output) || USERS_DISABLED.test(output) : performance.now() - since > SILENT_READY_MS;
    if (State.Running && !State.Restarting && up) return;
    const ended = (!State.Running && !State.Restarting) || RestartCount >= HOPELESS_RESTARTS;
    if (!ended && performance.now() < deadline) continue;
    const words = lastWords(await readOutput(docker, container, { since: first, tail: LAST_LINES }));
    const problem = ended ? words || `exit code ${State.ExitCode}` : `it did not listen for users within ${durationText(READY_WITHIN_MS)} (${words || 'no output'})`;
    throw new HotPocketError('NODE_START_FAILED', { node, problem, log: nodeLogCommand(node) });
  }
}
