// A cluster to measure: a home folder and ports of its own, steered by the built command line.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist/cli.js');
// Below those that the system gives to clients: nodes dial each other.
const USER_PORT = 26_081;
const PEER_PORT = 26_861;
export const sample = join(root, 'samples/starter/dist');
/** The files of the sample contract. */
export const sampleContract = () => ({ 'index.js': readFileSync(join(sample, 'index.js')) });
export const CREATED = '****Ledger created****';
export const LISTENING = 'Started listening for user connections';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until some moment of a round: nothing is gained by always being at the same place of it. */
export const someMoment = (roundTime = 2000) => sleep(Math.random() * roundTime);

export class BenchCluster {
  constructor(size) {
    this.size = size;
    this.nodes = Array.from({ length: size }, (_, i) => i + 1);
    this.home = mkdtempSync(join(tmpdir(), 'hotpocket-bench-'));
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('HP_') && !name.startsWith('HOTPOCKET_'));
    this.env = { ...Object.fromEntries(inherited), HOTPOCKET_HOME: this.home, HP_CLUSTER_SIZE: String(size), HP_DEFAULT_NODE: '0', HP_USER_PORT_BEGIN: String(USER_PORT), HP_PEER_PORT_BEGIN: String(PEER_PORT) };
  }

  /** Measures on a cluster of that size and removes it. */
  static async with(size, measure) {
    const cluster = new BenchCluster(size);
    try {
      return await measure(cluster);
    } finally {
      cluster.dispose();
    }
  }

  /** Runs a command, and gives how long it took, ms. */
  run(...args) {
    const begin = performance.now();
    this.output(...args);
    return performance.now() - begin;
  }

  /** Runs a command, and gives what it printed. */
  output(...args) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { env: this.env, encoding: 'utf8', maxBuffer: 64 << 20 });
    if (status !== 0) throw new Error(`hotpocket ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  status() {
    return JSON.parse(this.output('status', '--json'));
  }

  /** A folder to deploy, with these files and this section `contract` of hp.cfg.override. */
  bundle(files, contract) {
    const folder = join(this.home, 'bundle');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [name, content] of Object.entries({ ...files, 'hp.cfg.override': JSON.stringify({ contract }) })) writeFileSync(join(folder, name), content);
    return folder;
  }

  /** Deploys, and waits for the first ledger of all nodes. Gives when the command came, ms since 1970. */
  async deploy(folder) {
    const since = Date.now();
    this.run('deploy', folder);
    await this.all(CREATED, since);
    return since;
  }

  userServer(node) {
    return `wss://localhost:${USER_PORT + node - 1}`;
  }

  nodeFolder(node) {
    return join(this.home, 'clusters/default', `node${node}`);
  }

  /** Lines of a node's log with their times in ms since 1970. */
  lines(node) {
    const text = readFileSync(join(this.nodeFolder(node), 'log/console.log'), 'utf8');
    return [...text.matchAll(/^(\d{4})(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3}) \[\w+\]\[hpc\] (.*)$/gm)].map(([, y, mo, d, h, mi, s, ms, message]) => ({
      at: new Date(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s), Number(ms)).getTime(),
      message,
    }));
  }

  /** The first line of a node that begins with `text` and was written at or after `since`. Its own time counts, not when it is found. */
  async line(node, text, since, timeoutMs = 60_000) {
    for (const deadline = Date.now() + timeoutMs; ; ) {
      const found = this.lines(node).find((line) => line.at >= since && line.message.startsWith(text));
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`node ${node} did not log '${text}'`);
      await sleep(50);
    }
  }

  /** When the last node wrote such a line. */
  async all(text, since, timeoutMs) {
    return Math.max(...(await Promise.all(this.nodes.map((node) => this.line(node, text, since, timeoutMs)))).map((line) => line.at));
  }

  /** Unless it was cleaned already. */
  dispose() {
    if (existsSync(join(this.home, 'clusters/default'))) this.run('clean');
    rmSync(this.home, { recursive: true, force: true });
  }
}
