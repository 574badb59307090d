import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasLiving, killGroup } from './groupSignals';
import { processStat } from '../../base/processStat';

const PREFIX = 'group.';
const END_LIMIT_MS = 2_000;

/**
 * Puts down which group of processes was started, in a file of `dir`. Somebody has to end it if both the node and its supervisor are killed: it would go on
 * writing to the state. Returns what takes the record away. Only where /proc tells one process from a later one with its number (Linux).
 */
export function recordGroup(dir: string, leader: number): () => void {
  const start = startOf(leader);
  if (start === undefined) return () => undefined;
  const file = join(dir, `${PREFIX}${leader}`);
  try {
    writeFileSync(file, `${bootId()} ${start}`, { mode: 0o600 });
  } catch {
    // The disk may be full; the run matters more.
  }
  return () => {
    try {
      rmSync(file, { force: true });
    } catch {
      // On a disk that has become read-only. Nobody is found by it any more.
    }
  };
}

/** Ends what a node that was killed has left running, and waits until it is gone. Returns how many groups that were. Only while no other node uses `dir`. */
export function endRecordedGroups(dir: string): number {
  const left = recordsIn(dir).filter(({ leader, text }) => {
    const [boot, start] = text.split(' ');
    const now = startOf(leader);
    // Without its leader the group is still the one: its number is not given to anybody while it has members.
    return boot === bootId() && (now === undefined || now === start) && killGroup(leader);
  });
  for (const deadline = performance.now() + END_LIMIT_MS; left.some(({ leader }) => killGroup(leader) && hasLiving(leader)) && performance.now() < deadline; ) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
  return left.length;
}

function recordsIn(dir: string): { readonly leader: number; readonly text: string }[] {
  try {
    return readdirSync(dir).filter((name) => /^group\.\d+$/.test(name)).map((name) => ({ leader: Number(name.slice(PREFIX.length)), text: readFileSync(join(dir, name), 'utf8') }));
  } catch {
    return [];
  }
}

/** When the process started, in ticks since the machine did; undefined if there is none, or nobody tells. */
const startOf = (pid: number): string | undefined => processStat(pid)?.[19];

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
