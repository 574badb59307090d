import { readFileSync } from 'node:fs';
import { contractSource } from '../process/support/contracts';
import { CliCluster } from '../process/support/cliCluster';

export const LIVE_USER_PORT = 18_961;
export const LIVE_PEER_PORT = 28_961;

/**
 * Three nodes as real processes, whose contract writes noise to all of its descriptors in every round. Shared by the targets that attack it over its sockets; the last
 * of them to close it ends it.
 */
export class LiveCluster {
  private static current: Promise<LiveCluster> | undefined;
  private static users = 0;
  private pids: readonly number[] = [];

  private constructor(readonly cluster: CliCluster) {}

  static open(): Promise<LiveCluster> {
    LiveCluster.users++;
    return (LiveCluster.current ??= LiveCluster.start());
  }

  private static async start(): Promise<LiveCluster> {
    const cluster = new CliCluster({ size: 3, userPort: LIVE_USER_PORT, peerPort: LIVE_PEER_PORT });
    const live = new LiveCluster(cluster);
    const contract = { bin_path: '/usr/bin/python3', bin_args: 'noise.py', consensus: { roundtime: 1000 }, round_limits: { user_output_bytes: 100_000, npl_output_bytes: 500_000 } };
    await cluster.deploy(cluster.bundle('noise', { 'noise.py': contractSource('noise.py') }, { contract }));
    await cluster.advance([1, 2, 3]);
    live.pids = await live.processes();
    return live;
  }

  get contractId(): Promise<string> {
    return this.cluster.status().then(({ contractId }) => contractId);
  }

  /** Bytes of memory of all processes together. */
  memory(): number {
    return this.pids.reduce((sum, pid) => sum + 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]), 0);
  }

  /** The same processes run, and said of nothing that it was not expected. */
  async check(): Promise<void> {
    const now = await this.processes();
    if (now.join() !== this.pids.join()) throw new Error(`Processes ${this.pids.join()} are ${now.join()} now.`);
    const unexpected = [1, 2, 3].flatMap((node) => this.cluster.log(node).split('\n').filter((line) => /could not be handled|ended unexpectedly|could not be run:|std error/.test(line)));
    if (unexpected.length > 0) throw new Error(unexpected.slice(0, 5).join('\n'));
  }

  async close(): Promise<void> {
    if (--LiveCluster.users > 0) return;
    LiveCluster.current = undefined;
    try {
      await this.cluster.advance([1, 2, 3], 2);
      await this.check();
    } finally {
      await this.cluster.dispose();
    }
  }

  private async processes(): Promise<number[]> {
    return [await this.cluster.supervisor(), ...(await Promise.all([1, 2, 3].map((node) => this.cluster.pid(node))))];
  }
}
