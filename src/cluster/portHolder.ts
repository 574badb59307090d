import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const UNKNOWN = 'another program';

/** Who listens on a TCP port, for people to read: "node (process 4711)", or "another program" where that can't be known. */
export async function portHolder(port: number): Promise<string> {
  try {
    if (process.platform === 'linux') return (await holderOnLinux(port)) ?? UNKNOWN;
    if (process.platform === 'darwin') return (await holderOnMac(port)) ?? UNKNOWN;
  } catch {
    // Other users' processes are not shown to everyone.
  }
  return UNKNOWN;
}

const LISTENING = '0A';

async function holderOnLinux(port: number): Promise<string | undefined> {
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((table) => readFile(table, 'utf8').catch(() => '')));
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = new Set<string>();
  for (const line of tables.join('\n').split('\n')) {
    // Columns of proc(5): slot, local address, remote address, state, queues, timer, retransmits, uid, timeout, inode.
    const columns = line.trim().split(/\s+/);
    if (columns[1]?.endsWith(suffix) && columns[3] === LISTENING) sockets.add(`socket:[${columns[9]}]`);
  }
  if (sockets.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (await holdsOne(pid, sockets)) return describe((await readFile(`/proc/${pid}/comm`, 'utf8')).trim(), pid);
  }
  return undefined;
}

async function holdsOne(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(descriptors.map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return targets.some((target) => sockets.has(target));
}

async function holderOnMac(port: number): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('/usr/sbin/lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { timeout: 3_000 });
  const field = (letter: string): string | undefined => stdout.split('\n').find((line) => line.startsWith(letter))?.slice(1);
  const [pid, command] = [field('p'), field('c')];
  return pid && command ? describe(command, pid) : undefined;
}

const describe = (command: string, pid: string): string => `${command} (process ${pid})`;
