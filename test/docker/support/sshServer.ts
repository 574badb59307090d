import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PORT = 2222;
/** Where sshd wants an empty folder, and what it runs as what. */
const EMPTY = '/run/sshd';
const USER = 'sshd:x:65533:65533::/run/sshd:/usr/sbin/nologin\n';

/** OpenSSH's server; HOTPOCKET_TEST_SSHD names another place. */
export const SSHD = process.env.HOTPOCKET_TEST_SSHD ?? '/usr/sbin/sshd';
export const hasSshServer = existsSync(SSHD);

/** A real sshd on this machine, which lets its own key in. Only in the namespaces of withDaemon.mjs: it mounts over /etc/passwd. */
export class SshServer {
  private readonly folder = mkdtempSync(join(tmpdir(), 'hp ssh '));
  private readonly madeEmpty = mkdirSync(EMPTY, { recursive: true });
  private child: ChildProcess | undefined;

  /** For DOCKER_HOST: the daemon with that socket, over ssh. */
  address(socket: string): string {
    return `ssh://${userInfo().username}@localhost:${PORT}${socket}`;
  }

  /** Environment in which `ssh` is the machine's own, with a configuration of its own. */
  get env(): NodeJS.ProcessEnv {
    return { PATH: `${this.folder}:${process.env.PATH}` };
  }

  async start(): Promise<void> {
    const at = (name: string): string => join(this.folder, name);
    for (const key of ['host', 'user']) run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', at(key));
    const passwd = readFileSync('/etc/passwd', 'utf8');
    if (!/^sshd:/m.test(passwd)) {
      writeFileSync(at('passwd'), passwd + USER);
      run('mount', '--bind', at('passwd'), '/etc/passwd');
    }
    const quoted = (name: string): string => `"${at(name)}"`;
    writeFileSync(at('sshd_config'), [`HostKey ${quoted('host')}`, `AuthorizedKeysFile ${quoted('user.pub')}`, 'StrictModes no', 'UsePAM no', 'PidFile none', 'MaxStartups 100', ''].join('\n'));
    writeFileSync(at('config'), ['Host *', `IdentityFile ${quoted('user')}`, `UserKnownHostsFile ${quoted('known')}`, 'StrictHostKeyChecking accept-new', ''].join('\n'));
    writeFileSync(at('ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${quoted('config')} "$@"\n`);
    chmodSync(at('ssh'), 0o755);
    this.child = spawn(SSHD, ['-D', '-e', '-f', at('sshd_config'), '-p', String(PORT), '-o', 'ListenAddress=127.0.0.1'], { stdio: ['ignore', 'ignore', 'inherit'] });
    while (!(await listens())) {
      if (this.child.exitCode !== null) throw new Error(`${SSHD} ended with ${this.child.exitCode}`);
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    if (this.child?.exitCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill();
      await gone;
    }
    if (existsSync(join(this.folder, 'passwd'))) run('umount', '/etc/passwd');
    rmSync(this.folder, { recursive: true });
    if (this.madeEmpty) rmSync(EMPTY, { recursive: true });
  }
}

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}

const listens = (): Promise<boolean> => new Promise((resolve) => {
  const socket = connect(PORT, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
  socket.once('connect', () => socket.destroy());
});
