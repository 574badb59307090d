import { systemClock, type Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposables';

// Later than lines that are written together, and seldom enough for a text of many lines.
const AFTER_MS = 150;
const BETWEEN_MS = 1_000;

/**
 * Has VS Code look for links in a log that goes on. By itself it looks when the text has not changed for a second, which with short rounds
 * is never. It looks twice: a change at the very moment of a look puts that off again.
 */
export class LinkRefresh implements Disposable {
  private cancel: (() => void) | undefined;
  private lastLook = -Infinity;
  private wanted = 0;

  constructor(private readonly look: () => void, private readonly clock: Clock = systemClock) {}

  /** Text came in which there are links. */
  came(): void {
    this.wanted = 2;
    this.schedule();
  }

  dispose(): void {
    this.cancel?.();
  }

  private schedule(): void {
    this.cancel ??= this.clock.at(Math.max(this.clock.now() + AFTER_MS, this.lastLook + BETWEEN_MS), () => {
      this.cancel = undefined;
      this.lastLook = this.clock.now();
      this.wanted--;
      this.look();
      if (this.wanted > 0) this.schedule();
    });
  }
}
