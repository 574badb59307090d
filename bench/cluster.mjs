// A cluster to measure: a home folder and ports of its own, steered by the built command line.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist/cli.js');
export const sample = join(root, 'samples/starter/dist');

export class BenchCluster {
  constructor(size) {
    this.size = size;
    this.home = mkdtempSync(join(tmpdir(), 'hotpocket-bench-'));
    this.env = { ...process.env, HOTPOCKET_HOME: this.home, HP_CLUSTER_SIZE: String(size), HP_DEFAULT_NODE: '0', HP_USER_PORT_BEGIN: '38081', HP_PEER_PORT_BEGIN: '52861' };
  }

  run(...args) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { env: this.env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`hotpocket ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Lines of a node's log with their times in ms since 1970. */
  lines(node) {
    const text = readFileSync(join(this.home, 'clusters/default', `node${node}`, 'log/console.log'), 'utf8');
    return [...text.matchAll(/^(\d{4})(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3}) \[\w+\]\[hpc\] (.*)$/gm)].map(([, y, mo, d, h, mi, s, ms, message]) => ({
      at: new Date(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s), Number(ms)).getTime(),
      message,
    }));
  }

  /** The first line of a node that begins with `text` and was written at or after `since`. */
  async line(node, text, since, timeoutMs = 60_000) {
    for (const deadline = Date.now() + timeoutMs; ; ) {
      const found = this.lines(node).find((line) => line.at >= since && line.message.startsWith(text));
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`node ${node} did not log '${text}'`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  dispose() {
    this.run('clean');
    rmSync(this.home, { recursive: true, force: true });
  }
}
