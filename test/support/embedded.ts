import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { EmbeddedEngine, type EmbeddedOptions } from '../../src/cluster/embedded/engine';
import type { ClusterDefaults, ClusterStatus } from '../../src/cluster/engine';
import { ClusterPaths } from '../../src/cluster/paths';
import { isPortFree } from '../../src/cluster/ports';

const repository = resolve(__dirname, '../..');

/** The supervisor and command line as built for users, with test/support/fakeNode.mjs as the node program. Returns their folder. */
export async function buildPrograms(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'hotpocket prögrams '));
  // koffi is native, and dockerode wants native programs: both stay outside the bundles.
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  await build({
    absWorkingDir: repository,
    entryPoints: { node: 'test/support/fakeNode.mjs', supervisor: 'src/cluster/embedded/supervisor/main.ts', cli: 'src/cli/main.ts' },
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['koffi', 'dockerode'],
    logLevel: 'error',
  });
  return folder;
}

export type Files = Readonly<Record<string, string | object>>;

/** A home for clusters in a temporary folder, with ports of its own. */
export class TestHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'hotpocket höme '));
  readonly env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: this.folder, HOTPOCKET_HOME: join(this.folder, 'clusters of mine') };
  readonly paths = ClusterPaths.of(join(this.folder, 'clusters of mine'));
  private readonly engines: EmbeddedEngine[] = [];

  constructor(readonly programs: string) {}

  engine(options: Partial<EmbeddedOptions> = {}): EmbeddedEngine {
    const engine = new EmbeddedEngine({ programs: this.programs, env: this.env, ...options });
    this.engines.push(engine);
    return engine;
  }

  /** A contract folder with the given files; objects become JSON. */
  bundle(files: Files, name = 'my cöntract'): string {
    const folder = join(this.folder, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return folder;
  }

  async deploy(files: Files, defaults: Partial<ClusterDefaults> = {}): Promise<ClusterStatus> {
    return this.engine().deploy({ path: this.bundle(files), defaults: { ...(await freeDefaults(3)), ...defaults } });
  }

  /** Of the supervisor that was started last. */
  get supervisorPid(): number {
    return Number(/process (\d+)/.exec(readFileSync(this.paths.supervisorLog, 'utf8').split('Supervisor started').at(-1) ?? '')?.[1]);
  }

  /** Lets go of the supervisor, which ends when nothing runs. */
  disconnect(): void {
    for (const engine of this.engines.splice(0)) engine.dispose();
  }

  /** Ends what runs and removes everything. */
  async dispose(): Promise<void> {
    const last = this.engine();
    await last.clean().catch(() => undefined);
    this.disconnect();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** For a file of tests: builds the programs once, and gives each test a home of its own. */
export function useHomes(use: (home: TestHome) => void): void {
  let programs: string;
  let home: TestHome;
  beforeAll(async () => void (programs = await buildPrograms()));
  afterAll(() => rmSync(programs, { recursive: true, force: true }));
  beforeEach(() => use((home = new TestHome(programs))));
  afterEach(() => home.dispose());
}

/** A cluster size and ports that nobody uses: other tests run at the same time. */
export async function freeDefaults(size: number): Promise<ClusterDefaults> {
  // One block for both: two could overlap.
  const userPortBegin = await freeBlock(2 * (size + 2));
  return { size, userPortBegin, peerPortBegin: userPortBegin + size + 2 };
}

const FIRST_PORT = 10_000;
const WORKERS = 4;
const PORTS_EACH = 1_975;

export async function freeBlock(count: number): Promise<number> {
  for (;;) {
    // Where no test has ports of its own (CONTRIBUTING.md), and no other file that runs now looks: what is free may be wanted there a moment later.
    const worker = (Number(process.env.VITEST_POOL_ID ?? 1) - 1) % WORKERS;
    const begin = FIRST_PORT + worker * PORTS_EACH + randomInt(PORTS_EACH - count);
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isPortFree(begin + i, ['127.0.0.1', '::1'])));
    if (free.every(Boolean)) return begin;
  }
}

/** Waits for something that other processes bring about; the test's own time-out ends it. */
export async function eventually<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
