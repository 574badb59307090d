import { setTimeout as delay } from 'node:timers/promises';
import { recordGroup } from './groupRecords';
import { hasLiving, killGroup } from './groupSignals';

// SIGKILL can't be refused, only be late: a process deep in a system call dies at its end.
const END_LIMIT_MS = 2000;

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

  /** Kills what is left once the leader has exited, and waits until it is gone. False if that does not happen in time. */
  async end(): Promise<boolean> {
    const deadline = performance.now() + END_LIMIT_MS;
    let gone = !this.kill();
    for (let pause = 1; !gone && performance.now() < deadline; pause = Math.min(pause * 2, 16)) {
      await delay(pause);
      gone = !this.kill() || !hasLiving(this.leader);
    }
    living.delete(this);
    this.forget();
    if (living.size === 0) process.off('exit', killAll);
    return gone;
  }
}
