import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { HotPocketError } from '../../base/errors';
import type { ClusterPaths } from '../paths';

// sockaddr_un has 104 bytes on macOS and 108 on Linux, with a zero at the end.
const LONGEST_SOCKET_PATH = 103;

/** Where a new supervisor of this cluster listens: a socket with a short name, or a named pipe on Windows. */
export function channelAddress(paths: ClusterPaths, env: NodeJS.ProcessEnv = process.env): string {
  const home = join(realpathSync(dirname(paths.home)), basename(paths.home));
  const name = createHash('sha256').update(home).digest('hex').slice(0, 12);
  if (process.platform === 'win32') return `\\\\.\\pipe\\hotpocket-${name}`;
  const runtime = env.XDG_RUNTIME_DIR;
  const own = `hotpocket-${process.getuid?.()}`;
  const folders = [...(runtime && isAbsolute(runtime) ? [join(runtime, 'hotpocket')] : []), join(tmpdir(), own), join('/tmp', own)];
  const fits = (folder: string): boolean => Buffer.byteLength(join(folder, `${name}.sock`)) <= LONGEST_SOCKET_PATH;
  return join(folders.find(fits) ?? join('/tmp', own), `${name}.sock`);
}

/** Makes the folder of a socket if need be, and checks it. Throws SUPERVISOR_SOCKET_UNSAFE. */
export function prepareChannelFolder(address: string): void {
  if (process.platform === 'win32') return;
  mkdirSync(dirname(address), { recursive: true, mode: 0o700 });
  checkChannelFolder(address);
}

/** Whoever can write to the folder of a socket can pose as the supervisor. Throws SUPERVISOR_SOCKET_UNSAFE. */
export function checkChannelFolder(address: string): void {
  if (process.platform === 'win32') return;
  const path = dirname(address);
  const fail = (problem: string): never => {
    throw new HotPocketError('SUPERVISOR_SOCKET_UNSAFE', { path, problem });
  };
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return;
  if (!stats.isDirectory()) fail('it is not a folder.');
  if (stats.uid !== process.getuid?.()) fail('it belongs to somebody else.');
  if ((stats.mode & 0o077) !== 0) fail('others may use it.');
}

/**
 * Where the supervisor listens that last ran for this cluster; undefined if none ever did. Read from a file and not worked out, because
 * terminals of one user differ in XDG_RUNTIME_DIR and TMPDIR.
 */
export function knownAddress(paths: ClusterPaths): string | undefined {
  try {
    return readFileSync(paths.addressFile, 'utf8');
  } catch {
    return undefined;
  }
}
