import { CLUSTER_NAME } from '../paths';

/** hpdevkit's Docker objects have no labels: their names are all there is to know them by (reference 9.3). */
export const VOLUME = `hpdevkit_${CLUSTER_NAME}_vol`;
export const NETWORK = `hpdevkit_${CLUSTER_NAME}_net`;
export const MANAGEMENT = `hpdevkit_${CLUSTER_NAME}_deploymgr`;
/** hpdevkit counts the lines of `docker ps -a` that hold this, in whatever column: nothing else of ours may. */
export const NODE_PREFIX = `hpdevkit_${CLUSTER_NAME}_node`;
/** Where every container of the cluster has the volume. */
export const MOUNT = '/hpdevkit_vol';

/** Of our own: who changes the cluster, and work inside the volume. */
export const LOCK = `hotpocket_studio_${CLUSTER_NAME}_lock`;
export const OWN_LABEL = 'hotpocket-studio';
/** In the volume, while a contract is deployed. */
export const STAGING = 'hotpocket_studio';

export const nodeContainer = (node: number): string => `${NODE_PREFIX}_${node}`;
export const nodeAlias = (node: number): string => `node${node}`;
/** A node's contract directory. */
export const nodeDir = (node: number): string => `${MOUNT}/node${node}`;

/** The number of a node by its container's name, with or without Docker's leading slash. */
export function nodeNumber(container: string): number | undefined {
  const [, number] = new RegExp(`^/?${NODE_PREFIX}_([1-9]\\d*)$`).exec(container) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** Names of a cluster's own containers. */
export const isOfCluster = (container: string): boolean => nodeNumber(container) !== undefined || container.replace(/^\//, '') === MANAGEMENT;
