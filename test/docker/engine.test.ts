import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { DockerEngine } from '../../src/cluster/docker/engine';
import { nodeContainer } from '../../src/cluster/docker/names';
import { describeEngine } from '../support/engineBehaviour';
import { dockerEnv, testDocker, testImage } from './support/daemon';

// Containers of a real daemon; test/process/engineEmbedded.test.ts runs the same tests on processes.

const home = mkdtempSync(join(tmpdir(), 'hotpocket tést '));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describeEngine('docker', async () => {
  const docker = testDocker();
  const env = dockerEnv({ HP_INSTANCE_IMAGE: await testImage(docker), HOTPOCKET_HOME: home });
  return {
    open: () => new DockerEngine({ env }),
    defaults: { size: 3, userPortBegin: 8081, peerPortBegin: 22_861 },
    kill: async ({ node }) => void (await docker.getContainer(nodeContainer(node)).kill()),
  };
});
