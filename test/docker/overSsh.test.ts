import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { DockerEngine } from '../../src/cluster/docker/engine';
import { nodeContainer } from '../../src/cluster/docker/names';
import { describeEngine } from '../support/engineBehaviour';
import { dockerEnv, dockerHost, testDocker, testImage } from './support/daemon';
import { hasSshServer, SSHD, SshServer } from './support/sshServer';

// What every engine does (engine.test.ts), with the same daemon behind a real sshd and the docker command at its other end.

describe.skipIf(!hasSshServer)(`over ssh (needs ${SSHD})`, () => {
  const home = mkdtempSync(join(tmpdir(), 'hotpocket tést '));
  const server = new SshServer();
  afterAll(async () => {
    await server.stop();
    rmSync(home, { recursive: true, force: true });
  });

  describeEngine('docker', async () => {
    await server.start();
    const docker = testDocker();
    const socket = dockerHost!.slice('unix://'.length);
    const env = dockerEnv({ ...server.env, DOCKER_HOST: server.address(socket), HP_INSTANCE_IMAGE: await testImage(docker), HOTPOCKET_HOME: home });
    return {
      open: () => new DockerEngine({ env }),
      defaults: { size: 3, userPortBegin: 8081, peerPortBegin: 22_861 },
      kill: async ({ node }) => void (await docker.getContainer(nodeContainer(node)).kill()),
    };
  });
});
