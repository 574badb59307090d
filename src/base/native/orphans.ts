import { loadKoffi } from './koffi';

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;

/** Takes the dead child from the process table, which nobody else does for one that was not started by Node.js. */
export type Collect = (pid: number) => void;

/**
 * From now on processes whose parent dies become children of this one, if it or a descendant started them, instead of the system's first
 * process (prctl(2)). Undefined where that is not to be had: anywhere but on Linux, or without koffi.
 */
export function adoptOrphans(): Collect | undefined {
  const koffi = process.platform === 'linux' ? loadKoffi() : undefined;
  if (!koffi) return undefined;
  const libc = koffi.load(null);
  const prctl = libc.func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)') as (...args: number[]) => number;
  const waitpid = libc.func('int waitpid(int, int *, int)') as (pid: number, status: null, options: number) => number;
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) === 0 ? (pid) => void waitpid(pid, null, WNOHANG) : undefined;
}
