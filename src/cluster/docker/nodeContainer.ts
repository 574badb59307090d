import type Docker from 'dockerode';
import { MOUNT, NETWORK, nodeAlias, nodeContainer, nodeDir, VOLUME } from './names';

export interface NodeContainerOptions {
  readonly image: string;
  readonly userPort: number;
  /** Address on which the port is published; all if empty, as hpdevkit does. */
  readonly bind: string;
}

/** A node's container exactly as hpdevkit creates it (reference 9.3). */
export async function createNodeContainer(docker: Docker, node: number, { image, userPort, bind }: NodeContainerOptions): Promise<Docker.Container> {
  const port = `${userPort}/tcp`;
  return docker.createContainer({
    name: nodeContainer(node),
    Image: image,
    Cmd: ['run', nodeDir(node)],
    ExposedPorts: { [port]: {} },
    HostConfig: {
      // hpcore mounts its file system by FUSE.
      Privileged: true,
      PortBindings: { [port]: [{ HostIp: bind, HostPort: String(userPort) }] },
      RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
      NetworkMode: NETWORK,
      Mounts: [{ Type: 'volume', Source: VOLUME, Target: MOUNT }],
    },
    NetworkingConfig: { EndpointsConfig: { [NETWORK]: { Aliases: [nodeAlias(node)] } } },
  });
}
