// `node test/docker/daemon/withDaemon.mjs COMMAND [ARGUMENT …]`: runs a command with a Docker daemon of its own, whose address is in DOCKER_HOST and
// HOTPOCKET_TEST_DOCKER_HOST. Daemon and command live in namespaces of their own, so that ports, networks and mounts are in nobody's way and all
// ends with them. Nobody's own daemon is touched. `--check` in the place of a command: only whether it can be done. Exit code: the command's, or SKIPPED with the reason as the last line of stderr.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { obstacle, provision } from './provision.mjs';

export const SKIPPED = 77;
const DOCKER_INIT = '/usr/bin/docker-init';

async function main(command) {
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
    // The first process of a namespace inherits all orphans and must see to their end.
    const init = existsSync(DOCKER_INIT) ? [DOCKER_INIT, '--'] : [];
    return await run(['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private', ...init, process.execPath, inside, folder, ...command]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The exit code. Ctrl+C reaches all by itself. Who ends us otherwise ends the first process of the namespace, and with it all others; unshare itself does not listen. */
function run([file, ...args], env = {}) {
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGKILL'));
  return new Promise((resolve) => child.once('error', ({ message }) => resolve(console.error(message) ?? 1)).once('exit', (code) => resolve(code ?? 1)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
