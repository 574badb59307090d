import { systemClock, type Clock } from '../../base/clock';
import { CLOCK_VARIABLE, type ClockSetting } from '../../base/debugLink';

interface Alarm {
  readonly time: number;
  readonly callback: () => void;
  cancel: () => void;
}

/**
 * The time of a cluster, which stands still while a contract is debugged and lags behind the wall clock ever after. It never goes
 * back. While it stands, what is due by then still happens, so that all nodes come to the same point. A node's own may be off on purpose.
 */
export class ClusterClock implements Clock {
  private latest = 0;
  /** How far it is ahead of the cluster's, ms: a fault that is tried (base/faults.ts). */
  private ahead = 0;
  private readonly alarms = new Set<Alarm>();
  /** By the wall's `elapsed`: since when it stands still, and for how long it did before. */
  private heldSince: number | undefined;
  private heldBefore = 0;

  constructor(private setting: ClockSetting = { behind: 0 }, private readonly wall: Clock = systemClock) {
    if (setting.heldAt !== undefined) this.heldSince = wall.elapsed();
  }

  now(): number {
    const { behind, heldAt = this.wall.now() - behind } = this.setting;
    return (this.latest = Math.max(this.latest, heldAt + this.ahead));
  }

  elapsed(): number {
    return (this.heldSince ?? this.wall.elapsed()) - this.heldBefore;
  }

  at(time: number, callback: () => void): () => void {
    const alarm: Alarm = { time, callback, cancel: () => undefined };
    this.alarms.add(alarm);
    this.arm(alarm);
    return () => {
      alarm.cancel();
      this.alarms.delete(alarm);
    };
  }

  set(setting: ClockSetting): void {
    this.setting = setting;
    if (setting.heldAt !== undefined) this.heldSince ??= this.wall.elapsed();
    else if (this.heldSince !== undefined) {
      this.heldBefore += this.wall.elapsed() - this.heldSince;
      this.heldSince = undefined;
    }
    this.armAll();
  }

  /** From now on it is that far ahead of the cluster's, ms; behind if negative. It stands still rather than going back. */
  shift(ahead: number): void {
    this.ahead = ahead;
    this.armAll();
  }

  /** For a node that leaves: it has promises to keep which need time, and nobody to wait for. */
  runOn(): void {
    const { heldAt } = this.setting;
    if (heldAt !== undefined) this.set({ behind: this.wall.now() - heldAt });
  }

  private armAll(): void {
    for (const alarm of this.alarms) {
      alarm.cancel();
      this.arm(alarm);
    }
  }

  private arm(alarm: Alarm): void {
    const { behind, heldAt } = this.setting;
    if (heldAt !== undefined && alarm.time > this.now()) return;
    alarm.cancel = this.wall.at(heldAt === undefined ? alarm.time + behind - this.ahead : 0, () => {
      // The wall clock may have been set back.
      if (this.now() < alarm.time) return this.arm(alarm);
      this.alarms.delete(alarm);
      alarm.callback();
    });
  }
}

/** The clock as the supervisor set it before this process was started. The variable is not for programs that the node runs. */
export function inheritedClock(env: NodeJS.ProcessEnv): ClusterClock {
  const text = env[CLOCK_VARIABLE];
  delete env[CLOCK_VARIABLE];
  return new ClusterClock(text === undefined ? undefined : (JSON.parse(text) as ClockSetting));
}
