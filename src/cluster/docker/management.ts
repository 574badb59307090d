import type Docker from 'dockerode';
import { errorText } from '../../base/errors';
import { CLUSTER_NAME } from '../paths';
import { daemonText } from './daemon/failures';
import { MANAGEMENT, MOUNT, NETWORK, NODE_PREFIX, VOLUME } from './names';

/** hpdevkit's variables for its scripts, frozen when the container is created (reference 9.3). */
export interface ManagementOptions {
  readonly devkitImage: string;
  readonly instanceImage: string;
  readonly size: number;
  readonly defaultNode: number;
  readonly userPortBegin: number;
  readonly peerPortBegin: number;
  /** The daemon's socket where it runs. */
  readonly socket: string;
}

/** Creates and starts the container by which hpdevkit knows a cluster and steers it, exactly as hpdevkit does. */
export async function createManagement(docker: Docker, options: ManagementOptions): Promise<void> {
  const variables = {
    CLUSTER: CLUSTER_NAME,
    CLUSTER_SIZE: options.size,
    DEFAULT_NODE: options.defaultNode,
    VOLUME,
    NETWORK,
    CONTAINER_PREFIX: NODE_PREFIX,
    VOLUME_MOUNT: MOUNT,
    BUNDLE_MOUNT: `${MOUNT.slice(1)}/contract_bundle`,
    DISPARATE_DIR: 'disparate',
    HOTPOCKET_IMAGE: options.instanceImage,
    CONFIG_OVERRIDES_FILE: 'hp.cfg.override',
    CODEGEN_OUTPUT: '/codegen-output',
    HP_USER_PORT_BEGIN: options.userPortBegin,
    HP_PEER_PORT_BEGIN: options.peerPortBegin,
  };
  const container = await docker.createContainer({
    name: MANAGEMENT,
    Image: options.devkitImage,
    Entrypoint: ['/bin/bash'],
    Env: Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    Tty: true,
    OpenStdin: true,
    HostConfig: {
      RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
      Mounts: [{ Type: 'bind', Source: options.socket, Target: '/var/run/docker.sock' }, { Type: 'volume', Source: VOLUME, Target: MOUNT }],
    },
  });
  try {
    await container.start();
  } catch (error) {
    await container.remove({ force: true });
    throw error;
  }
}

/** Why it cannot be created, in one line. */
export const managementProblem = (error: unknown): string => daemonText(error) || errorText(error);
