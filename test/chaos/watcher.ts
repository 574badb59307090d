import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { PROGRAMS, type ChaosCluster } from './chaosCluster';

/** Somebody who watches the cluster as the extension does, in a process of its own. */
export class Watcher {
  private child: ChildProcess | undefined;

  constructor(private readonly cluster: ChaosCluster) {}

  start(): void {
    this.child = fork(join(__dirname, 'programs/watcher.js'), [PROGRAMS, this.cluster.home], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [], env: this.cluster.env });
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  async end(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    await ended;
  }
}
