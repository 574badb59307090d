// A Docker daemon for the tests: what must be there, and how it is brought there on the machines that may be changed for it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export const DOCKERD = '/usr/sbin/dockerd';

/** Why there can be no daemon here; undefined if there can. */
export function obstacle() {
  if (process.platform !== 'linux') return 'a Docker daemon of its own can only be started on Linux';
  if (process.getuid() !== 0) return 'only root can start a Docker daemon';
  if (spawnSync('unshare', ['--net', '--mount', '--pid', '--fork', 'true']).status !== 0) return 'this machine does not allow namespaces (unshare)';
  return undefined;
}

/** Installs what is missing, if that is allowed. Why it is not there afterwards; undefined if it is. */
export function provision() {
  const missing = () => [[DOCKERD, 'docker.io'], ['/usr/sbin/iptables', 'iptables'], ['/bin/busybox', 'busybox-static']].filter(([path]) => !existsSync(path));
  if (missing().length === 0) return undefined;
  const allowed = process.env.CI === 'true' || process.env.HOTPOCKET_TEST_PROVISION === '1';
  const packages = missing().map(([, name]) => name);
  if (!allowed) return `${packages.join(', ')} not installed; CI=true or HOTPOCKET_TEST_PROVISION=1 installs it`;
  const apt = (...args) => spawnSync('apt-get', args, { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  let install = apt('install', '-y', '--no-install-recommends', ...packages);
  // The lists of a fresh machine are empty or old.
  if (install.status !== 0) {
    apt('update');
    install = apt('install', '-y', '--no-install-recommends', ...packages);
  }
  const lacks = missing().filter(([path]) => path !== '/bin/busybox');
  if (lacks.length === 0) return undefined;
  return `${lacks.map(([, name]) => name).join(', ')} could not be installed: ${(install.stderr || String(install.error)).trim().split('\n').at(-1)}`;
}
