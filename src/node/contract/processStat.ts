import { readFileSync } from 'node:fs';

/** What /proc tells of a process: its state, its parent, its group, and so on (proc(5), from the third field on). Undefined if there is none, or nobody tells. */
export function processStat(pid: number | string): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program, in brackets, may contain anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
