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

/** The name of a process's program, as the system has it; its number where nobody tells. */
export function processName(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
  } catch {
    return String(pid);
  }
}
