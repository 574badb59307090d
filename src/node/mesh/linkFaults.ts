import type { NodeFaults } from '../../base/faults';
import type { Hex } from '../../hotpocket/hash';

type Links = NodeFaults['links'];

/** Loses and delays what this node sends to others, when it is told to (base/faults.ts). */
export class LinkFaults {
  private links: Links = [];
  /** When the last message to a node is due to leave, by `performance.now()`. */
  private readonly lastDue = new Map<Hex, number>();
  private readonly waiting = new Set<NodeJS.Timeout>();

  constructor(private readonly random: () => number = Math.random) {}

  /** Replaces what was set before. What is on its way stays as late as it is. */
  set(links: Links): void {
    this.links = links;
  }

  /** Sends a message now, later, or never. */
  pass(to: Hex, send: () => void): void {
    if (this.links.length === 0 && this.lastDue.size === 0) return send();
    const { drop = 0, delay: [least, most] = [0, 0] } = this.links.find((link) => link.to?.includes(to) ?? true) ?? {};
    if (drop > 0 && this.random() < drop) return;
    const now = performance.now();
    const before = this.lastDue.get(to) ?? 0;
    const due = Math.max(before, most > 0 ? now + least + (most - least) * this.random() : now);
    // A message may wait for the one before it, though nothing is to be delayed any more.
    if (due <= now) {
      this.lastDue.delete(to);
      return send();
    }
    this.lastDue.set(to, due);
    const timer = setTimeout(() => {
      this.waiting.delete(timer);
      if (this.lastDue.get(to) === due) this.lastDue.delete(to);
      send();
    }, due - now);
    this.waiting.add(timer);
  }

  /** What waits is lost. */
  close(): void {
    for (const timer of this.waiting) clearTimeout(timer);
    this.waiting.clear();
    this.lastDue.clear();
  }
}
