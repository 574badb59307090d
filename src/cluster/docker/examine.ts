import type Docker from 'dockerode';
import { HotPocketError } from '../../base/errors';
import { openDocker } from './daemon/connect';
import { endpointText, findEndpoint } from './daemon/endpoint';
import { dockerFailure, hasStatus } from './daemon/failures';
import { devkitImage, instanceImage } from './images';

/** What can be known of a daemon without changing anything. Platforms as Docker names them, such as `linux/amd64`. */
export interface Examination {
  readonly address: string;
  readonly version: string;
  readonly platform: string;
  /** Those that a new cluster is made of; without a platform where one is not there. */
  readonly images: readonly { readonly name: string; readonly platform?: string }[];
}

const ANSWER_WITHIN_MS = 5_000;

/** Looks at the daemon that the docker command would use. Throws DOCKER_UNREACHABLE, DOCKER_SOCKET_DENIED, DOCKER_CONTEXT_INVALID, DOCKER_REFUSED. */
export async function examineDaemon(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Examination> {
  const endpoint = findEndpoint(env);
  const address = endpointText(endpoint);
  const docker = openDocker(endpoint, env);
  const silent = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  const examine = async (): Promise<Examination> => {
    const { Version, Os, Arch } = await version(docker, silent);
    const names = [...new Set([instanceImage(env), devkitImage(env)])];
    return { address, version: Version, platform: `${Os}/${Arch}`, images: await Promise.all(names.map((name) => examineImage(docker, name))) };
  };
  return examine().catch((error: unknown) => {
    throw silent.aborted ? new HotPocketError('DOCKER_UNREACHABLE', { address, problem: 'there was no answer' }) : dockerFailure(error, endpoint);
  });
}

/** The types do not know that it can be aborted. */
const version = (docker: Docker, abortSignal: AbortSignal): Promise<Docker.DockerVersion> => (docker.version as (options: object) => Promise<Docker.DockerVersion>).call(docker, { abortSignal });

async function examineImage(docker: Docker, name: string): Promise<Examination['images'][number]> {
  try {
    const { Os, Architecture } = await docker.getImage(name).inspect();
    return { name, platform: `${Os}/${Architecture}` };
  } catch (error) {
    if (hasStatus(error, 404)) return { name };
    throw error;
  }
}
