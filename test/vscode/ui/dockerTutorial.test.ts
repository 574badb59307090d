import { describe } from 'vitest';
import { dockerHost, testImage } from '../../docker/support/daemon';
import { followTutorial } from './support/tutorial';

// On containers: node test/docker/daemon/withDaemon.mjs node test/vscode/run.mjs ui --file test/vscode/ui/dockerTutorial.test.ts
describe.skipIf(dockerHost === undefined).sequential('the tutorial for several nodes, in VS Code on Docker (only within test/docker/daemon/withDaemon.mjs)', () => {
  followTutorial({
    engine: 'docker',
    suite: 'dockerTutorial',
    settings: async () => ({ 'hotpocket.engine': 'docker', 'hotpocket.docker.instanceImage': await testImage(), 'hotpocket.docker.devkitImage': '127.0.0.1:1/none' }),
  });
});
