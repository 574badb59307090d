import { setTimeout as delay } from 'node:timers/promises';
import { HotPocketError } from '../../base/errors';
import { recordGroup } from './groupRecords';
import { hasLiving, killGroup, livingOf } from './groupSignals';
import { endOrphans } from './orphans';
import { processName } from '../../base/processStat';

// SIGKILL can't be refused, only be late: a process deep in a system call dies at its end.
const END_LIMIT_MS = 2000;

const NAMED = 5;

const living = new Set<ProcessGroup>();

function killAll(): void {
  for (const group of living) group.kill();
}

/** A process started as leader of a group of its own, and all it starts that stay in the group. */
export class ProcessGroup {
  private readonly forget: () => void;

  /** `recordDir`: where it is put down while it may live (`groupRecords.ts`). */
  constructor(private readonly leader: number, recordDir: string) {
    this.forget = recordGroup(recordDir, leader);
    // A node that ends by an error must not leave a contract behind that goes on writing to the state.
    if (living.size === 0) process.on('exit', killAll);
    living.add(this);
  }

  /** SIGKILL to all of them. False if there is none left. */
  kill(): boolean {
    return killGroup(this.leader);
  }

  /** Kills what is left once the leader has exited, also what left the group, and waits until it is gone. Resolves with what there is to say of it. */
  async end(): Promise<HotPocketError | undefined> {
    const deadline = performance.now() + END_LIMIT_MS;
    const left = this.names();
    let gone = !this.kill();
    for (let pause = 1; !gone && performance.now() < deadline; pause = Math.min(pause * 2, 16)) {
      await delay(pause);
      gone = !this.kill() || !hasLiving(this.leader);
    }
    living.delete(this);
    this.forget();
    if (living.size === 0) process.off('exit', killAll);
    left.push(...(await endOrphans(new Set([...living].map(({ leader }) => leader)))));
    if (!gone) return new HotPocketError('CONTRACT_PROCESSES_REFUSE', {});
    return left.length > 0 ? new HotPocketError('CONTRACT_PROCESSES_LEFT', { names: summary(left) }) : undefined;
  }

  /** Of those that live on. */
  private names(): string[] {
    try {
      process.kill(-this.leader, 0);
      return process.platform === 'linux' ? livingOf(this.leader).map(processName) : ['some'];
    } catch {
      return [];
    }
  }
}

/** Each name once. */
function summary(names: readonly string[]): string {
  const [shown, others] = [[...new Set(names)].slice(0, NAMED), new Set(names).size - NAMED];
  return `${shown.join(', ')}${others > 0 ? ` and ${others} more` : ''} (${names.length})`;
}
