import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { contractPaths, type ContractPaths } from '../hotpocket/config';

/** hpdevkit knows only this cluster, and so do we until more are asked for. */
export const CLUSTER_NAME = 'default';

/** Where all clusters live: HOTPOCKET_HOME, or ~/.hotpocket. */
export function hotpocketHome(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env.HOTPOCKET_HOME || join(homedir(), '.hotpocket'));
}

/** The files of one cluster. What must outlive `clean` stands beside the cluster's folder, not in it. */
export class ClusterPaths {
  readonly home: string;

  constructor(clusterHome: string) {
    this.home = resolve(clusterHome);
  }

  static of(hotpocketHome: string, name = CLUSTER_NAME): ClusterPaths {
    return new ClusterPaths(join(hotpocketHome, 'clusters', name));
  }

  get clusterFile(): string {
    return join(this.home, 'cluster.json');
  }
  get supervisorLog(): string {
    return join(this.home, 'supervisor.log');
  }
  /** How far the cluster's clock is behind, once it was held. */
  get clockFile(): string {
    return join(this.home, 'clock.json');
  }
  /** Held by the supervisor as long as it lives. */
  get lockFile(): string {
    return `${this.home}.lock`;
  }
  /** Holds the address the supervisor listens on. */
  get addressFile(): string {
    return `${this.home}.socket`;
  }

  node(node: number): NodePaths {
    return nodePaths(join(this.home, `node${node}`));
  }
}

/** The files of one node: hpcore's layout (reference 1.2), and what stands for the terminal of a real node's container. */
export interface NodePaths extends ContractPaths {
  /** What the node and the contract print. */
  readonly consoleLog: string;
}

export function nodePaths(dir: string): NodePaths {
  const paths = contractPaths(dir);
  return { ...paths, consoleLog: join(paths.log, 'console.log') };
}
