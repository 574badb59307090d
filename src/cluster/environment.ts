import { HotPocketError } from '../base/errors';
import type { ClusterDefaults } from './engine';

/** Variables of the environment with hpdevkit's names and defaults (reference 9.2). An empty one is as good as none. */
export function clusterDefaults(env: NodeJS.ProcessEnv): ClusterDefaults {
  const size = wholeNumber(env.HP_CLUSTER_SIZE, 3);
  if (size === undefined || size < 1) throw new HotPocketError('INVALID_CLUSTER_SIZE', { value: env.HP_CLUSTER_SIZE ?? '' });
  return { size, userPortBegin: port(env, 'HP_USER_PORT_BEGIN', 8081), peerPortBegin: port(env, 'HP_PEER_PORT_BEGIN', 22861) };
}

/** The node whose log is shown after a deployment; 0 for none. */
export function defaultNode(env: NodeJS.ProcessEnv): number {
  const node = wholeNumber(env.HP_DEFAULT_NODE, 1);
  if (node !== undefined) return node;
  throw new HotPocketError('USAGE', { problem: `'${env.HP_DEFAULT_NODE}' is not the number of a node (HP_DEFAULT_NODE).`, usage: 'HP_DEFAULT_NODE=<n> hotpocket deploy <path>, 0 to show no log' });
}

function port(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const value = wholeNumber(env[name], fallback);
  if (value === undefined || value < 1 || value > 65_535) throw new HotPocketError('INVALID_PORT', { name, value: env[name] ?? '' });
  return value;
}

function wholeNumber(text: string | undefined, fallback: number): number | undefined {
  if (!text) return fallback;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
