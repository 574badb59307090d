import { readFile } from 'node:fs/promises';
import { errorText, HotPocketError } from '../../../base/errors';
import type { HpConfig, JsonObject } from '../../../hotpocket/config';
import { allSettled } from '../../allSettled';
import { readBundle, type Bundle } from '../../bundle';
import type { ClusterStatus, DeployRequest, Task } from '../../engine';
import { checkContractProgram } from '../../preflight';
import { withOverride } from '../../withOverride';
import { withRounds, type ClusterRecord } from '../clusterFile';
import { nodeRecord } from '../nodeConfig';
import { committed } from './abortable';
import type { Cluster } from './cluster';
import { createNodes, removeNodes } from './createNodes';
import { discard, putInPlace, stage } from './staging';

type Configs = ReadonlyMap<number, HpConfig>;

/** Replaces the contract on every node, on a cluster that is created if there is none (reference 9.4, 9.5), and starts them all. */
export async function deploy(cluster: Cluster, request: DeployRequest, task?: Task): Promise<ClusterStatus> {
  const { options } = cluster;
  const bundle = await readBundle(request.path, options.paths.home);
  const before = cluster.record;
  const ranBefore = cluster.alive();
  const record = before ?? (await createNodes(options, request.defaults, task));
  const numbers = record.nodes.map(({ node }) => node);
  try {
    const configs = await prepare(cluster, record, bundle, task);
    // Said before anything is stopped. A new cluster's were looked at when it was created.
    if (before) await cluster.requireStartable([...configs].map(([node, config]) => nodeRecord(node, config, true)), task);
    await cluster.stopNodes(cluster.alive(), task);
    task?.signal?.throwIfAborted();
    const contractId = configs.get(numbers[0] ?? 1)?.contract.id ?? record.contractId;
    const { rounds = record.rounds ?? 'grid' } = request;
    const nodes = [...configs].map(([node, config]) => nodeRecord(node, config, true));
    // This decides. If it fails, the old cluster goes on.
    await cluster.save({ ...withRounds(record, rounds), contractId, contractPath: request.path, nodes, deploying: true });
  } catch (error) {
    await Promise.all(numbers.map((node) => discard(options.paths, node)));
    if (!before) await removeNodes(options, numbers);
    // Those that had been stopped already; the contract is still the old one.
    await cluster.startNodes(ranBefore).catch((problem: unknown) => options.log(`Not all nodes could be brought back: ${errorText(problem)}`));
    throw error;
  }
  await finishDeployment(cluster);
  cluster.clock.reset();
  cluster.rounds.clear();
  await cluster.startNodes(cluster.select(), committed(task));
  return cluster.status() as ClusterStatus;
}

/** Completes a deployment that has been decided on, here or by a supervisor that died meanwhile. */
export async function finishDeployment(cluster: Cluster): Promise<void> {
  const { deploying, ...record } = cluster.requireRecord();
  if (!deploying) return;
  await Promise.all(record.nodes.map(({ node }) => putInPlace(cluster.options.paths, node)));
  await cluster.save(record);
}

/** Checks all and makes all ready, without touching what runs. */
async function prepare(cluster: Cluster, record: ClusterRecord, bundle: Bundle, task?: Task): Promise<Configs> {
  const { paths } = cluster.options;
  if (bundle.override) task?.progress?.('Applying hp.cfg overrides');
  const configs = new Map<number, HpConfig>();
  for (const { node } of record.nodes) configs.set(node, await overriddenConfig(node, paths.node(node).hpCfg, bundle));
  requireOwnPorts(configs, bundle);
  const contract = configs.get(record.nodes[0]?.node ?? 1)?.contract;
  const warning = contract?.execute ? await checkContractProgram(contract.bin_path, bundle.root) : undefined;
  if (warning) cluster.notice(warning);
  task?.progress?.(record.nodes.length === 1 ? 'Copying the contract to the node' : `Copying the contract to ${record.nodes.length} nodes`);
  await allSettled([...configs].map(([node, config]) => stage(paths, node, bundle, config, task?.signal)));
  task?.signal?.throwIfAborted();
  return configs;
}

async function overriddenConfig(node: number, file: string, { override }: Bundle): Promise<HpConfig> {
  try {
    return withOverride(JSON.parse(await readFile(file, 'utf8')) as JsonObject, override, file);
  } catch (error) {
    if (error instanceof HotPocketError) throw error;
    throw new HotPocketError('NODE_CONFIG_UNREADABLE', { node, path: file, problem: errorText(error) }, { cause: error });
  }
}

/** Containers may share port numbers; nodes on one machine may not. */
function requireOwnPorts(configs: Configs, bundle: Bundle): void {
  const ports = [...configs.values()].flatMap(({ user, mesh }) => [user.port, mesh.port]);
  const shared = ports.find((port, i) => ports.indexOf(port) !== i);
  if (shared === undefined || !bundle.override) return;
  throw new HotPocketError('OVERRIDE_INVALID', { path: bundle.override.path, problem: `it would give port ${shared} to more than one node (user.port, mesh.port).` });
}
