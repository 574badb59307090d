import { Emitter, type Disposable } from '../../base/disposables';

/** Nodes that were just started or stopped need a few rounds to find each other. */
const SETTLING_MS = 10_000;
const SETTLING_ROUNDS = 4;

/** Knows when the user of this window changed the cluster: what follows from that is no news to him. */
export class Steering {
  private underWay = 0;
  private ended = -Infinity;
  private readonly changed = new Emitter<'began' | 'ended'>();

  constructor(private readonly now: () => number = Date.now) {}

  /** A command that changes the cluster began or ended. */
  readonly onDidChange = (listener: (what: 'began' | 'ended') => void): Disposable => this.changed.on(listener);

  /** A command begins to change the cluster; the returned function says that it is done. */
  begin(): () => void {
    this.underWay++;
    this.changed.fire('began');
    return () => {
      this.underWay--;
      this.ended = this.now();
      this.changed.fire('ended');
    };
  }

  /** Until when (ms since 1970) what happens is put down to the user; Infinity while a command runs. */
  quietUntil(roundTime: number): number {
    return this.underWay > 0 ? Infinity : this.ended + Math.max(SETTLING_MS, SETTLING_ROUNDS * roundTime);
  }
}
