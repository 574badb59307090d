import type { Clock } from '../../base/clock';

export interface ConnectivityView {
  /** Connected members of the UNL, this node included if it is one. */
  connectedMembers(): number;
  unlSize(): number;
}

const ENOUGH = 0.7;
const CHECK_MS = 60_000;
const CHECK_WEAK_MS = 2_000;

/** Notices when too few of the UNL are connected (reference 2.5): looks every minute, and every two seconds while so. */
export class Connectivity {
  weak = false;
  private cancel = (): void => {};

  constructor(private readonly clock: Clock, private readonly view: ConnectivityView, private readonly changed: (weak: boolean) => void) {
    this.plan();
  }

  close(): void {
    this.cancel();
  }

  private plan(): void {
    this.cancel = this.clock.at(this.clock.now() + (this.weak ? CHECK_WEAK_MS : CHECK_MS), () => this.check());
  }

  private check(): void {
    const weak = this.view.connectedMembers() < ENOUGH * this.view.unlSize();
    if (weak !== this.weak) {
      this.weak = weak;
      this.changed(weak);
    }
    this.plan();
  }
}
