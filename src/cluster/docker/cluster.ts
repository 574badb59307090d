import type Docker from 'dockerode';
import * as v from 'valibot';
import { HotPocketError } from '../../base/errors';
import { CLUSTER_NAME } from '../paths';
import { hasStatus } from './daemon/failures';
import { AGENT_MARK } from './debug/protocol';
import { LOCK, NODE_PREFIX, nodeContainer, nodeDir, nodeNumber } from './names';
import { nodeConfigView, tellsInLog, type NodeConfigView } from './nodeConfigView';
import { readFile, type ContainerFile } from './volume';

/** One node as Docker has it. */
export interface DockerNode {
  readonly node: number;
  /** Undefined if somebody removed it; what is in the volume is still there. */
  readonly container: Docker.ContainerInspectInfo | undefined;
  /** A debugger's agent is at work in it, somebody's. */
  readonly debugged: boolean;
  readonly config: NodeConfigView;
}

export interface DockerCluster {
  readonly nodes: readonly DockerNode[];
  /** Of the instance image, by what the containers were made of. */
  readonly image: string;
  readonly stamp: DeploymentStamp | undefined;
  /** What somebody of us is doing to it. */
  readonly operation: string | undefined;
}

const stampShape = v.object({ contractPath: v.string() });
/** What a deployment of ours leaves beside the contract's files, where the next deployment of anybody removes it. */
export type DeploymentStamp = Readonly<v.InferOutput<typeof stampShape>>;

/** A contract may have written over it: then it is none. */
export function deploymentStamp(text = ''): DeploymentStamp | undefined {
  try {
    return v.parse(stampShape, JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Changes with every start of a node. */
export const runKey = ({ Id, State }: Docker.ContainerInspectInfo): string => `${Id} ${State.StartedAt}`;

/** After so long a node has opened its ports, whatever is left of its log. */
const SETTLED_AFTER_MS = 60_000;

/** Whether a node whose container runs is taken to be up without its log saying so. One that does not tell is believed at once. */
export const isTakenForUp = ({ StartedAt }: { readonly StartedAt: string }, config: NodeConfigView): boolean => !tellsInLog(config) || Date.now() - Date.parse(StartedAt) > SETTLED_AFTER_MS;

const stampFile = (node: number): string => `${nodeDir(node)}/contract_fs/hotpocket_studio.json`;
export const hpCfg = (node: number): string => `${nodeDir(node)}/cfg/hp.cfg`;

/** Reads the cluster from its containers and the volume. Files are read again only when a node was started or stopped since. */
export class ClusterReader {
  private readonly known = new Map<string, { readonly key: string; readonly file: ContainerFile | undefined }>();

  constructor(private readonly docker: Docker) {}

  /** The cluster, or undefined if there is none, or one that is not finished yet unless `unfinished` asks for it. */
  async read({ unfinished = false } = {}): Promise<DockerCluster | undefined> {
    const { containers, operation } = await this.inspectAll();
    if (containers.size === 0 || (operation === 'create' && !unfinished)) return undefined;
    const [[, first]] = [...containers] as [[number, Docker.ContainerInspectInfo]];
    const describe = (node: number, file: ContainerFile | undefined, debugged = false): DockerNode => ({ node, container: containers.get(node), debugged, config: nodeConfigView(file?.text) });
    const numbers = Array.from({ length: Math.max(...containers.keys()) }, (_, i) => i + 1);
    // Each takes the daemon its time.
    const [stamp, files, debugged] = await Promise.all([
      this.file(stampFile(1), first),
      Promise.all(numbers.map((node) => this.file(hpCfg(node), containers.get(node) ?? first))),
      Promise.all(numbers.map((node) => isDebugged(this.docker, containers.get(node)))),
    ]);
    const nodes = files.map((file, i) => describe(i + 1, file, debugged[i]));
    // Somebody may have removed the container of the last node.
    for (let file; (file = await this.file(hpCfg(nodes.length + 1), first)); ) nodes.push(describe(nodes.length + 1, file));
    return { nodes, image: first.Config.Image, stamp: deploymentStamp(stamp?.text), operation };
  }

  /** The same. Throws CLUSTER_NOT_FOUND. */
  async require(which: { readonly unfinished?: boolean } = {}): Promise<DockerCluster> {
    const cluster = await this.read(which);
    if (!cluster) throw new HotPocketError('CLUSTER_NOT_FOUND', { cluster: CLUSTER_NAME });
    return cluster;
  }

  /** What was read is to be read again. */
  forget(): void {
    this.known.clear();
  }

  private async inspectAll(): Promise<{ readonly containers: Map<number, Docker.ContainerInspectInfo>; readonly operation: string | undefined }> {
    const listed = await this.docker.listContainers({ all: true, filters: { name: [NODE_PREFIX, LOCK] } });
    const operation = listed.find(({ Names }) => Names.includes(`/${LOCK}`))?.Labels.operation;
    const numbers = listed.flatMap(({ Names }) => Names.flatMap((name) => nodeNumber(name) ?? [])).sort((a, b) => a - b);
    const inspected = await Promise.all(numbers.map((node) => inspect(this.docker, node)));
    return { containers: new Map(inspected.flatMap((info, i) => (info ? [[numbers[i] as number, info]] : []))), operation };
  }

  private async file(path: string, { Id, State }: Docker.ContainerInspectInfo): Promise<ContainerFile | undefined> {
    const key = `${Id} ${State.StartedAt} ${State.FinishedAt}`;
    const known = this.known.get(path);
    if (known?.key === key) return known.file;
    const file = await readFile(this.docker.getContainer(Id), path);
    this.known.set(path, { key, file });
    return file;
  }
}

/** Only what runs at the moment is listed there. */
async function isDebugged(docker: Docker, container: Docker.ContainerInspectInfo | undefined): Promise<boolean> {
  const running = await Promise.all((container?.ExecIDs ?? []).map(async (id) => docker.getExec(id).inspect().catch(() => undefined)));
  return running.some((exec) => exec?.Running === true && exec.ProcessConfig.arguments.some((word) => word.includes(AGENT_MARK)));
}

async function inspect(docker: Docker, node: number): Promise<Docker.ContainerInspectInfo | undefined> {
  try {
    return await docker.getContainer(nodeContainer(node)).inspect();
  } catch (error) {
    // Removed a moment ago.
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}
