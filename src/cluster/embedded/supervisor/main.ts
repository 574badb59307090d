import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeUnfinished, writeFileAtomic } from '../../../base/files';
import { tryLock } from '../../../base/native/flock';
import { findPrograms } from '../../../base/programs';
import { formatLogLine } from '../../../hotpocket/logLine';
import { ClusterPaths } from '../../paths';
import { channelAddress, checkChannelFolder, knownAddress, prepareChannelFolder } from '../channel';
import { SupervisorConnection } from '../connection';
import { listenHosts, minimalEnvironment } from '../nodeJs';
import { EXIT_OTHER_RUNS } from '../protocol';
import { appendLine } from './appendLine';
import { Cluster } from './cluster';
import { Operations } from './operations';
import { ControlServer } from './server';

// A command that follows another finds the supervisor still there.
const LINGER_MS = 1_000;
// Whoever started us has yet to connect, and the machine may be busy.
const FIRST_CLIENT_MS = 10_000;

async function main(): Promise<void> {
  const paths = new ClusterPaths(process.argv[2] ?? '.');
  // As in the real engine's container: it shows in the modes of what contracts create, which are hashed.
  process.umask(0o022);
  const log = (line: string): void => {
    // Not after a clean, when its folder is gone.
    if (existsSync(paths.home)) appendLine(paths.supervisorLog, formatLogLine(new Date(), 'inf', line));
  };
  const die = (error: unknown): never => {
    log(`Unexpected: ${error instanceof Error ? error.stack : String(error)}`);
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);

  if (!(await isElected(paths))) process.exit(EXIT_OTHER_RUNS);
  for (const path of [paths.clusterFile, paths.addressFile]) removeUnfinished(path);
  // Ours may be VS Code's, which is gone when that was updated; nodes that start later need another one.
  const candidates = [process.execPath, ...(await findPrograms('node', process.env.PATH))];
  const program = {
    get nodeJs() {
      return candidates.find((path) => existsSync(path)) ?? process.execPath;
    },
    script: join(__dirname, 'node.js'),
    env: minimalEnvironment(process.env),
  };
  const cluster = new Cluster({ paths, program, hosts: listenHosts(process.env), log });
  await cluster.load();

  const address = channelAddress(paths);
  const leave = (why: string): never => {
    server.close();
    rmSync(paths.addressFile, { force: true });
    log(`Supervisor ends: ${why}`);
    process.exit(0);
  };
  let timer: NodeJS.Timeout | undefined;
  const isNeeded = (): boolean => server.clientCount > 0 || !operations.isIdle;
  const considerLeaving = (afterMs: number): void => {
    clearTimeout(timer);
    // Asked again when the time is up: somebody may have come meanwhile.
    if (!isNeeded()) timer = setTimeout(() => isNeeded() || leave('no node runs and nobody is connected.'), afterMs);
  };
  const operations = new Operations(cluster);
  const server = new ControlServer(operations, { onActivity: () => considerLeaving(LINGER_MS), onRetire: () => leave('a newer version takes over.') });
  cluster.changes.on(() => considerLeaving(LINGER_MS));
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => void operations.shutDown().finally(() => leave(`${signal} received.`)));
  }

  prepareChannelFolder(address);
  // Left by one that died: whoever holds the lock may remove it.
  if (process.platform !== 'win32') rmSync(address, { force: true });
  await server.listen(address);
  await writeFileAtomic(paths.addressFile, address, 0o600);
  log(`Supervisor started: process ${process.pid}, ${address}`);
  considerLeaving(FIRST_CLIENT_MS);
}

/** One supervisor per cluster. Where the platform has no locks, one that answers is taken for the elected one. */
async function isElected(paths: ClusterPaths): Promise<boolean> {
  closeSync(openSync(paths.lockFile, 'a', 0o600));
  const lock = tryLock(paths.lockFile);
  if (lock !== 'unavailable') return lock !== 'held';
  const address = knownAddress(paths);
  if (address === undefined) return true;
  checkChannelFolder(address);
  const other = await SupervisorConnection.open(address);
  other?.dispose();
  return other === undefined;
}

void main();
