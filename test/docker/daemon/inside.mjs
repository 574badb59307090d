// Inside the namespaces that withDaemon.mjs made: starts the daemon in the given folder, runs the command, ends the daemon.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DOCKERD } from './provision.mjs';

const START_WITHIN_MS = 30_000;
const CAP_SYS_RESOURCE = 24n;
const [folder, file, ...args] = process.argv.slice(2);
const socket = join(folder, 'docker.sock');
const cgroup = `/hotpocket-test-${folder.split('-').at(-1)}`;

// Where the bounding set lacks CAP_SYS_RESOURCE, runc cannot start privileged containers; they need it for nothing.
const RUNC_WITHOUT_SYS_RESOURCE = `#!/bin/sh
bundle=. process= previous= command=
for word in "$@"; do
  case "$previous" in --bundle|-b) bundle=$word ;; --process|-p) process=$word ;; esac
  case "$word" in create|run|exec) [ -n "$command" ] || command=$word ;; esac
  previous=$word
done
strip() { if [ -f "$1" ]; then sed -i 's/"CAP_SYS_RESOURCE",//g; s/,"CAP_SYS_RESOURCE"//g' "$1"; fi; }
case "$command" in create|run) strip "$bundle/config.json" ;; exec) strip "$process" ;; esac
exec runc "$@"
`;

function runtime() {
  const [, bounding = '0'] = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  if ((BigInt(`0x${bounding}`) >> CAP_SYS_RESOURCE) & 1n) return [];
  const wrapper = join(folder, 'runc-without-sys-resource');
  writeFileSync(wrapper, RUNC_WITHOUT_SYS_RESOURCE);
  chmodSync(wrapper, 0o755);
  return ['--add-runtime', `wrapped=${wrapper}`, '--default-runtime', 'wrapped'];
}

function mustRun(command, ...words) {
  const { status, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${stderr}`);
}

const answers = () => new Promise((resolve) => {
  const ping = request({ socketPath: socket, path: '/_ping', timeout: 1000 }, (answer) => {
    answer.resume();
    resolve(answer.statusCode === 200);
  });
  ping.on('error', () => resolve(false)).on('timeout', () => ping.destroy()).end();
});

function startDaemon() {
  const log = openSync(join(folder, 'dockerd.log'), 'a');
  const own = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'docker.pid'), '--cgroup-parent', cgroup];
  // There is no network outside: a name that Docker does not know, such as that of a node that is stopped, is refused at once.
  own.push('--dns', '127.0.0.1');
  return spawn(DOCKERD, ['--host', `unix://${socket}`, ...own, ...runtime()], { stdio: ['ignore', log, log] });
}

async function waitFor(daemon) {
  for (const deadline = Date.now() + START_WITHIN_MS; !(await answers()); await sleep(50)) {
    if (daemon.exitCode === null && Date.now() < deadline) continue;
    throw new Error(`The Docker daemon did not start:\n${readFileSync(join(folder, 'dockerd.log'), 'utf8').slice(-3000)}`);
  }
}

async function end(daemon) {
  if (daemon.exitCode !== null) return;
  const gone = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  const timer = setTimeout(() => daemon.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(timer);
}

/** The daemon leaves its empty groups behind. */
function removeCgroups() {
  for (const root of ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((name) => join('/sys/fs/cgroup', name))]) {
    try {
      rmdirSync(join(root, cgroup));
    } catch {
      // Not of this hierarchy.
    }
  }
}

mustRun('ip', 'link', 'set', 'lo', 'up');
// A containerd of the machine would be shared, and knows nothing of our namespaces.
if (existsSync('/run/containerd')) mustRun('mount', '-t', 'tmpfs', 'none', '/run/containerd');
mkdirSync(join(folder, 'data'), { recursive: true });
const daemon = startDaemon();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
try {
  await waitFor(daemon);
  const host = `unix://${socket}`;
  // For tests that stop the daemon and start it again.
  const restart = [DOCKERD, ...daemon.spawnargs.slice(1)];
  const env = { ...process.env, DOCKER_HOST: host, HOTPOCKET_TEST_DOCKER_HOST: host, HOTPOCKET_TEST_DOCKERD: JSON.stringify({ pidFile: join(folder, 'docker.pid'), command: restart }) };
  const command = spawn(file, args, { stdio: 'inherit', env });
  process.exitCode = await new Promise((resolve, reject) => command.once('error', reject).once('exit', (code) => resolve(code ?? 1)));
} finally {
  const pid = Number(existsSync(join(folder, 'docker.pid')) ? readFileSync(join(folder, 'docker.pid'), 'utf8') : 0);
  if (pid && pid !== daemon.pid) {
    // A test started it anew.
    process.kill(pid, 'SIGTERM');
    while (existsSync(`/proc/${pid}`)) await sleep(50);
  }
  await end(daemon);
  removeCgroups();
}
