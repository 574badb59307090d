import Docker from 'dockerode';
import { makeImage } from '../../../scripts/image.mjs';

/** The daemon that test/docker/daemon/withDaemon.mjs started, or that somebody gave. Never the one that happens to run on this machine. */
export const dockerHost = process.env.HOTPOCKET_TEST_DOCKER_HOST;

export function testDocker(): Docker {
  if (!dockerHost?.startsWith('unix://')) throw new Error('These tests need a Docker daemon of their own: node test/docker/daemon/withDaemon.mjs npx vitest run --project docker');
  return new Docker({ socketPath: dockerHost.slice('unix://'.length) });
}

/** Our own image, made from what was built last; or HOTPOCKET_TEST_IMAGE, such as HotPocket's own, which the daemon must have. */
export async function testImage(docker = testDocker()): Promise<string> {
  return process.env.HOTPOCKET_TEST_IMAGE || (await makeImage({ docker })).tag;
}

/** Environment of engines and commands: nothing of whoever runs the tests but the way to programs. */
export function dockerEnv(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: '/nonexistent', DOCKER_HOST: dockerHost, HP_INSTANCE_IMAGE: '', HP_DEFAULT_NODE: '0', ...more };
}
