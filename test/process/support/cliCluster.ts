import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ClusterStatus } from '../../../src/cluster/engine';
import { processesOf, sendSignal } from '../../support/processes';
import { noteLogs } from '../../support/said';
import { until } from '../../support/until';

export { until } from '../../support/until';

const root = resolve(__dirname, '../../..');
/** Elsewhere for a package of them. */
const programs = process.env.HOTPOCKET_TEST_PROGRAMS ?? join(root, 'dist');
const cli = join(programs, 'cli.js');

/** Whatever takes longer hangs: also on a busy machine commands take seconds. */
const COMMAND_LIMIT_MS = 90_000;

export const sampleBundle = join(root, 'samples/starter/dist');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LedgerLine {
  readonly seqNo: number;
  readonly hash: string;
  readonly state: string;
  readonly patch: string;
}

/** A command that runs on, with what it printed so far. */
export interface Terminal {
  readonly text: () => string;
  /** The exit code; null after a signal. */
  readonly ended: Promise<number | null>;
  /** Ctrl+C. */
  readonly stop: () => Promise<void>;
}

export interface CliClusterOptions {
  readonly size?: number;
  /** First port of each block, below those that the system gives to clients (32768); without them the defaults of the product. */
  readonly userPort?: number;
  readonly peerPort?: number;
  /** What is put in front of the command line, in this home; the last of it is the Node.js that runs the command. */
  readonly launcher?: (home: string) => readonly string[];
  /** Where the home folder is, within one of its own; right there if absent. */
  readonly within?: string;
}

/** The cluster of a home folder of its own, steered as an author does: by the built `hotpocket` command. */
export class CliCluster {
  private readonly folder = mkdtempSync(join(tmpdir(), 'hotpocket tést '));
  readonly home: string;
  private readonly streams = new Set<ChildProcess>();
  private readonly launcher: readonly string[];
  /** Where in the nodes' logs the contract that is deployed now begins. */
  private readonly beginnings = new Map<number, number>();
  env: Record<string, string>;

  constructor({ size, userPort, peerPort, launcher = () => [process.execPath], within = '' }: CliClusterOptions = {}) {
    this.home = join(this.folder, within);
    mkdirSync(this.home, { recursive: true });
    this.launcher = launcher(this.home);
    this.env = {
      HP_DEFAULT_NODE: '0',
      ...(size === undefined ? {} : { HP_CLUSTER_SIZE: String(size) }),
      ...(userPort === undefined ? {} : { HP_USER_PORT_BEGIN: String(userPort) }),
      ...(peerPort === undefined ? {} : { HP_PEER_PORT_BEGIN: String(peerPort) }),
    };
  }

  get dir(): string {
    return join(this.home, 'clusters', 'default');
  }

  private get environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('HP_') && !name.startsWith('HOTPOCKET_'));
    return { ...Object.fromEntries(inherited), HOTPOCKET_HOME: this.home, ...this.env };
  }

  private commandLine(args: readonly string[]): [string, string[]] {
    const [file = process.execPath, ...before] = this.launcher;
    return [file, [...before, cli, ...args]];
  }

  run(...args: string[]): Promise<CliResult> {
    return new Promise((done) => {
      execFile(...this.commandLine(args), { env: this.environment, maxBuffer: 64 << 20, timeout: COMMAND_LIMIT_MS, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
        done({ code: error ? (typeof error.code === 'number' ? error.code : null) : 0, stdout, stderr });
      });
    });
  }

  /** Runs a command that must succeed. */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...args);
    if (code !== 0) throw new Error(`hotpocket ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Deploys, and from then on looks only at the ledgers of this deployment: they begin anew. */
  async deploy(folder: string): Promise<CliResult> {
    const nodes = (await this.run('status')).code === 0 ? (await this.status()).nodes.map(({ node }) => node) : [];
    const marks = nodes.map((node) => this.mark(node));
    const result = await this.run('deploy', folder);
    if (result.code !== 0) throw new Error(`The deployment ended with ${result.code}\n${result.stdout}\n${result.stderr}`);
    this.beginnings.clear();
    for (const [i, node] of nodes.entries()) this.beginnings.set(node, this.log(node).indexOf('[inf][hpc] HotPocket ', marks[i]));
    return result;
  }

  /** A command in a terminal of its own, such as `logs 2`; what it prints so far is `text()`. */
  follow(...args: string[]): Terminal {
    const child = spawn(...this.commandLine(args), { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.streams.add(child);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const ended = new Promise<number | null>((done) => child.once('exit', (code) => done(code)));
    return {
      text: () => text,
      ended,
      stop: async () => {
        child.kill('SIGINT');
        await ended;
        this.streams.delete(child);
      },
    };
  }

  /** Every file of a folder by name: what `hotpocket deploy` gets. `override` becomes hp.cfg.override. */
  bundle(name: string, files: Record<string, string | Uint8Array>, override: object): string {
    const dir = join(this.home, 'bündles', name);
    mkdirSync(dir, { recursive: true });
    return writeBundle(dir, { ...files, 'hp.cfg.override': JSON.stringify(override) });
  }

  async status(): Promise<ClusterStatus> {
    return JSON.parse(await this.ok('status', '--json')) as ClusterStatus;
  }

  /** The process of a node that runs. */
  async pid(node: number): Promise<number> {
    const state = (await this.status()).nodes.find((one) => one.node === node)?.state;
    if (!state || !('pid' in state)) throw new Error(`Node ${node} has no process: ${JSON.stringify(state)}`);
    return state.pid;
  }

  /** The supervisor that runs. */
  async supervisor(): Promise<number> {
    const line = (await this.processes()).find((one) => one.includes('supervisor.js'));
    if (line === undefined) throw new Error('No supervisor runs.');
    return Number.parseInt(line, 10);
  }

  /** A node's folder, or a path in it. */
  path(node: number, ...names: string[]): string {
    return join(this.dir, `node${node}`, ...names);
  }

  /** A file of a node's contract, as it is now. */
  stateFile(node: number, name: string): string {
    return readFileSync(this.path(node, 'contract_fs', 'seed', 'state', name), 'utf8');
  }

  log(node: number): string {
    const file = this.path(node, 'log', 'console.log');
    // For a moment there is none, while one that is full is put aside.
    return readFileSync(existsSync(file) ? file : this.path(node, 'log', 'console.1.log'), 'utf8');
  }

  /** A place in a node's log, to look only at what comes after it. */
  mark(node: number): number {
    return this.log(node).length;
  }

  /** Resolves with the text after `from` once it holds the pattern; fails with the log's end when time is up. */
  async logged(node: number, pattern: RegExp, from = 0, timeoutMs = 30_000): Promise<string> {
    return until(`node ${node} to log ${pattern}`, timeoutMs, () => {
      const text = this.log(node).slice(from);
      return pattern.test(text) ? text : undefined;
    }, () => this.log(node).slice(-2_000));
  }

  /** All ledgers that a node says it created since it was deployed, or after a place in its log. */
  ledgers(node: number, from = this.beginnings.get(node) ?? 0): LedgerLine[] {
    return ledgerLines(this.log(node).slice(from));
  }

  /** Resolves once the node created ledger `seqNo` or a later one. */
  async reached(node: number, seqNo: number, timeoutMs = 30_000): Promise<void> {
    await until(`node ${node} to create ledger ${seqNo}`, timeoutMs, () => (this.ledgers(node).some((l) => l.seqNo >= seqNo) ? true : undefined), () => this.log(node).slice(-2_000));
  }

  last(node: number): number {
    return this.ledgers(node).at(-1)?.seqNo ?? 0;
  }

  /**
   * Resolves once all the nodes created `count` more ledgers than any of them has now, and fails if they are not the same ones.
   * Returns the number of the last.
   */
  async advance(nodes: readonly number[], count = 1, timeoutMs = 30_000): Promise<number> {
    const target = Math.max(...nodes.map((node) => this.last(node))) + count;
    for (const node of nodes) await this.reached(node, target, timeoutMs);
    this.requireSameLedgers(nodes);
    return target;
  }

  /** See requireSameLedgers. */
  requireSameLedgers(nodes: readonly number[]): void {
    requireSameLedgers(nodes.map((node) => [node, this.ledgers(node)]));
  }

  /** Processes of this cluster that are alive, by their command lines: its own, and whatever works in its folders. */
  processes(): Promise<string[]> {
    return processesOf(this.home);
  }

  /** Files and sockets that the supervisor and the nodes have open, all together. */
  async openFiles(): Promise<number> {
    const pids = [await this.supervisor(), ...(await Promise.all((await this.status()).nodes.map(({ node }) => this.pid(node))))];
    return pids.reduce((sum, pid) => sum + readdirSync(`/proc/${pid}/fd`).length, 0);
  }

  /** Ends and removes everything. Fails if a process does not end by itself when its cluster is gone; it is killed then. */
  async dispose(): Promise<void> {
    for (const child of this.streams) child.kill('SIGKILL');
    for (let node = 1; existsSync(this.path(node)); node++) noteLogs(this.path(node, 'log'));
    await this.run('clean');
    try {
      await until('all processes to end', 20_000, async () => ((await this.processes()).length === 0 ? true : undefined), async () => (await this.processes()).join('\n'));
    } finally {
      for (const line of await this.processes()) sendSignal(Number.parseInt(line, 10), 'SIGKILL');
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

export function ledgerLines(text: string): LedgerLine[] {
  return [...text.matchAll(/\*\*\*\*Ledger created\*\*\*\* \(lcl:(\d+)-([0-9a-f]{8}) state:([0-9a-f]{8}) patch:([0-9a-f]{8})\)/g)]
    .map(([, seqNo, hash, state, patch]) => ({ seqNo: Number(seqNo), hash: hash!, state: state!, patch: patch! }));
}

/** Fails if two nodes ever said different things about one ledger, or a node said two about it. */
export function requireSameLedgers(nodes: readonly (readonly [node: number, ledgers: readonly LedgerLine[]])[]): void {
  const known = new Map<number, string>();
  for (const [node, ledgers] of nodes) {
    for (const { seqNo, hash, state, patch } of ledgers) {
      const text = `${hash} state:${state} patch:${patch}`;
      if ((known.get(seqNo) ?? text) !== text) throw new Error(`Ledger ${seqNo} is ${text} on node ${node}, but was ${known.get(seqNo)}.`);
      known.set(seqNo, text);
    }
  }
}

/** Writes a contract folder; names and contents. */
export function writeBundle(dir: string, files: Record<string, string | Uint8Array>): string {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content, { mode: name.endsWith('.sh') ? 0o755 : 0o644 });
  return dir;
}
