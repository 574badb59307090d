import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { processStat } from '../../../../base/processStat';

/** A process of this container that is not just waiting to be forgotten. */
export function isAlive(pid: number): boolean {
  const [state] = processStat(pid) ?? [];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

export function workingDirectory(pid: number): string {
  return readlinkSync(`/proc/${pid}/cwd`);
}

export function allProcesses(): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => pid > 0);
}

/** TCP ports on which a process listens at 127.0.0.1 and nowhere else. */
export function loopbackPorts(pid: number): number[] {
  try {
    const sockets = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`)));
    const lines = readFileSync(`/proc/${pid}/net/tcp`, 'latin1').split('\n').slice(1);
    return lines.flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const [, port = ''] = /^0100007F:([0-9A-F]{4})$/.exec(local) ?? [];
      return port !== '' && state === '0A' && sockets.has(`socket:[${inode}]`) ? [parseInt(port, 16)] : [];
    });
  } catch {
    // It ended.
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
