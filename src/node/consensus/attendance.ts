import type { Hex } from '../../hotpocket/hash';

/** Whose proposals are worth waiting for: members of the UNL that are connected, and those that others pass on to us. */
export class Attendance {
  private connected: ReadonlySet<Hex> = new Set();
  private heardOf = new Set<Hex>();
  private readonly lastHeard = new Map<Hex, number>();

  /** Whoever went away will not be heard again. */
  peers(connected: readonly Hex[]): void {
    const now = new Set(connected);
    for (const key of this.connected) if (!now.has(key)) this.heardOf.delete(key);
    this.connected = now;
  }

  heard(member: Hex, now: number): void {
    this.heardOf.add(member);
    this.lastHeard.set(member, now);
  }

  /** When a proposal of that member last came, ms; 0 if never. */
  heardOn(member: Hex): number {
    return this.lastHeard.get(member) ?? 0;
  }

  /** Who was not heard in a round, and is not connected, is not waited for in the next. */
  roundOver(heard: Iterable<Hex>): void {
    this.heardOf = new Set(heard);
  }

  isExpected(member: Hex): boolean {
    return this.connected.has(member) || this.heardOf.has(member);
  }
}
