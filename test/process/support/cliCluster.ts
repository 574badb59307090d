import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');
const cli = join(root, 'dist/cli.js');

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
  readonly stop: () => Promise<void>;
}

/** The cluster of a home folder of its own, steered as an author does: by the built `hotpocket` command. */
export class CliCluster {
  readonly home = mkdtempSync(join(tmpdir(), 'hotpocket tést '));
  private readonly streams = new Set<ChildProcess>();
  env: Record<string, string> = { HP_DEFAULT_NODE: '0' };

  get dir(): string {
    return join(this.home, 'clusters', 'default');
  }

  private get environment(): NodeJS.ProcessEnv {
    const { HP_CLUSTER_SIZE: _, HP_DEFAULT_NODE: __, ...rest } = process.env;
    return { ...rest, HOTPOCKET_HOME: this.home, ...this.env };
  }

  run(...args: string[]): Promise<CliResult> {
    return new Promise((done) => {
      execFile(process.execPath, [cli, ...args], { env: this.environment, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
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

  /** A command in a terminal of its own, such as `logs 2`; what it prints so far is `text()`. */
  follow(...args: string[]): Terminal {
    const child = spawn(process.execPath, [cli, ...args], { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.streams.add(child);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const gone = new Promise<void>((done) => child.once('exit', () => done()));
    return {
      text: () => text,
      stop: async () => {
        child.kill('SIGINT');
        await gone;
        this.streams.delete(child);
      },
    };
  }

  log(node: number): string {
    return readFileSync(join(this.dir, `node${node}`, 'log', 'console.log'), 'utf8');
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

  /** All ledgers that a node says it created, after a place in its log. */
  ledgers(node: number, from = 0): LedgerLine[] {
    return ledgerLines(this.log(node).slice(from));
  }

  /** Resolves once the node created ledger `seqNo` or a later one. */
  async reached(node: number, seqNo: number, timeoutMs = 30_000): Promise<void> {
    await until(`node ${node} to create ledger ${seqNo}`, timeoutMs, () => (this.ledgers(node).some((l) => l.seqNo >= seqNo) ? true : undefined), () => this.log(node).slice(-2_000));
  }

  last(node: number): number {
    return this.ledgers(node).at(-1)?.seqNo ?? 0;
  }

  /** Processes of this cluster that are alive, by their command lines. */
  async processes(): Promise<string[]> {
    const text = await new Promise<string>((done) => execFile('ps', ['-eo', 'pid=,args='], { maxBuffer: 16 << 20 }, (_e, stdout) => done(stdout)));
    return text.split('\n').filter((line) => line.includes(this.home));
  }

  async dispose(): Promise<void> {
    for (const child of this.streams) child.kill('SIGKILL');
    await this.run('clean');
    await until('all processes to end', 20_000, async () => ((await this.processes()).length === 0 ? true : undefined), async () => (await this.processes()).join('\n'));
    rmSync(this.home, { recursive: true, force: true });
  }
}

export function ledgerLines(text: string): LedgerLine[] {
  return [...text.matchAll(/\*\*\*\*Ledger created\*\*\*\* \(lcl:(\d+)-([0-9a-f]{8}) state:([0-9a-f]{8}) patch:([0-9a-f]{8})\)/g)]
    .map(([, seqNo, hash, state, patch]) => ({ seqNo: Number(seqNo), hash: hash!, state: state!, patch: patch! }));
}

/** Looks again and again until there is an answer; what happened instead is in the error. */
export async function until<T>(what: string, timeoutMs: number, look: () => T | undefined | Promise<T | undefined>, report?: () => string | Promise<string>): Promise<T> {
  for (const deadline = Date.now() + timeoutMs; ; ) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}.\n${(await report?.()) ?? ''}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

/** Writes a contract folder; relative paths and their contents. */
export function writeBundle(dir: string, files: Record<string, string>): string {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content, { mode: name.endsWith('.sh') ? 0o755 : 0o644 });
  return dir;
}
