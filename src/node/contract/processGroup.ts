import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

// SIGKILL can't be refused, only be late: a process deep in a system call dies at its end.
const END_LIMIT_MS = 2000;

const living = new Set<ProcessGroup>();

function killAll(): void {
  for (const group of living) group.kill();
}

/** A process started as leader of a group of its own, and all it starts that stay in the group. */
export class ProcessGroup {
  constructor(private readonly leader: number) {
    // A node that ends by an error must not leave a contract behind that goes on writing to the state.
    if (living.size === 0) process.on('exit', killAll);
    living.add(this);
  }

  /** SIGKILL to all of them. False if there is none left. */
  kill(): boolean {
    try {
      return process.kill(-this.leader, 'SIGKILL');
    } catch {
      return false;
    }
  }

  /** Kills what is left once the leader has exited, and waits until it is gone. False if that does not happen in time. */
  async end(): Promise<boolean> {
    const deadline = performance.now() + END_LIMIT_MS;
    let gone = !this.kill();
    for (let pause = 1; !gone && performance.now() < deadline; pause = Math.min(pause * 2, 16)) {
      await delay(pause);
      gone = !this.kill() || this.onlyZombies();
    }
    living.delete(this);
    if (living.size === 0) process.off('exit', killAll);
    return gone;
  }

  /** Where nobody collects the orphans, as in many containers, dead processes stay in their group for ever. */
  private onlyZombies(): boolean {
    if (process.platform !== 'linux') return false;
    return readdirSync('/proc').every((name) => {
      if (!/^\d+$/.test(name)) return true;
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        // The name of the program, in brackets, may contain anything.
        const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return Number(group) !== this.leader || state === 'Z' || state === 'X';
      } catch {
        return true;
      }
    });
  }
}
