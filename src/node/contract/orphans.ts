import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { adoptOrphans, type Collect } from '../../base/native/orphans';
import { processName, processStat } from '../../base/processStat';

const END_LIMIT_MS = 2_000;

let collect: Collect | undefined;

/** From now on `endOrphans` finds what left its process group. For a program whose only children are contracts. */
export function watchOrphans(): void {
  collect = adoptOrphans();
}

/**
 * Ends processes that contracts started and that outlived them in groups of their own, as daemons do: they became children of this process. Those of a group in
 * `living` are left alone. Resolves with the names of those that lived.
 */
export async function endOrphans(living: ReadonlySet<number>): Promise<string[]> {
  if (!collect) return [];
  const names = new Map<number, string>();
  for (const deadline = performance.now() + END_LIMIT_MS; performance.now() < deadline; await delay(2)) {
    const orphans = childrenOfThisProcess().flatMap((pid) => {
      const [state, , group] = processStat(pid) ?? [];
      return state === undefined || living.has(Number(group)) || living.has(pid) ? [] : [{ pid, dead: state === 'Z' }];
    });
    for (const { pid, dead } of orphans) {
      if (dead) collect(pid);
      else {
        names.set(pid, processName(pid));
        end(pid);
      }
    }
    if (orphans.every(({ dead }) => dead)) break;
  }
  return [...names.values()];
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was quicker.
  }
}

/** Empty where the system does not tell. */
function childrenOfThisProcess(): number[] {
  try {
    return readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
