import type { Endpoint } from './daemon/endpoint';

/** HOTPOCKET_BIND, if somebody wants user ports on one address only; hpdevkit publishes them on all (reference 9.3). */
export const publishAddress = (env: NodeJS.ProcessEnv): string => env.HOTPOCKET_BIND?.split(',')[0] ?? '';

const USUAL = '/var/run/docker.sock';

/** The daemon's socket as the daemon's own machine has it: Docker Desktop's is in a virtual machine, where it has the usual name. */
export function daemonSocket(endpoint: Endpoint): string {
  if (endpoint.kind !== 'socket' || process.platform !== 'linux' || endpoint.path.includes('/.docker/')) return USUAL;
  return endpoint.path;
}
