// `node test/docker/daemon/withDaemon.mjs COMMAND [ARGUMENT …]`: runs a command with a Docker daemon of its own, whose address is in DOCKER_HOST and
// HOTPOCKET_TEST_DOCKER_HOST. Daemon and command live in namespaces of their own, so that ports, networks and mounts are in nobody's way and all
// ends with them. Nobody's own daemon is touched. `--check` in the place of a command: only whether it can be done. Exit code: the command's, or SKIPPED with the reason as the last line of stderr.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { obstacle, provision } from './provision.mjs';

export const SKIPPED = 77;

function main(command) {
  // Somebody offers a daemon, and takes the consequences: the tests create and clean the cluster of hpdevkit's name.
  const given = process.env.HOTPOCKET_TEST_DOCKER_HOST;
  if (command[0] === '--check') command = ['true'];
  if (given) return run(command, { DOCKER_HOST: given });
  const problem = obstacle() ?? provision();
  if (problem !== undefined) {
    console.error(problem);
    return SKIPPED;
  }
  const folder = mkdtempSync(join(tmpdir(), 'hotpocket-docker-'));
  try {
    const inside = join(dirname(fileURLToPath(import.meta.url)), 'inside.mjs');
    return run(['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private', process.execPath, inside, folder, ...command]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run([file, ...args], env = {}) {
  const { status, error } = spawnSync(file, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) console.error(error.message);
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
