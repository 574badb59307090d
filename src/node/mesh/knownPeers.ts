import type { Clock } from '../../base/clock';

/** "host:port". */
export type Address = string;

interface Attempts {
  failures: number;
  /** Not dialled before this time. */
  due: number;
}

const MAX_KNOWN = 256;
const MAX_FAILURES = 10;
const AVOIDED_MS = 5 * 60_000;
/** After a failure that took its time; a node that is only stopped refuses at once, and is tried again at once. */
const PAUSE_MS = 4_000;

/** The nodes that this one connects to: those of hp.cfg, found ones, and those a contract named (reference 7.9, 8.5). */
export class KnownPeers {
  private readonly attempts = new Map<Address, Attempts>();
  private readonly avoidedUntil = new Map<Address, number>();
  private readonly own = new Set<Address>();
  private readonly found = new Set<Address>();

  constructor(addresses: readonly Address[], private readonly clock: Clock) {
    this.add(addresses);
  }

  /** Sorted. */
  list(): Address[] {
    return [...this.attempts.keys()].sort();
  }

  /** Those that are new, as far as there is room. `found` by other nodes, and not named by somebody who means them. */
  add(addresses: readonly Address[], found = false): void {
    for (const address of addresses) {
      if (this.attempts.has(address) || this.own.has(address) || this.attempts.size >= MAX_KNOWN) continue;
      if (found && (this.avoidedUntil.get(address) ?? 0) > this.clock.now()) continue;
      this.attempts.set(address, { failures: 0, due: 0 });
      if (found) this.found.add(address);
    }
  }

  /** One node is behind all of these: of those that were found only one stays, and none beside one that was named. */
  same(addresses: readonly Address[]): void {
    const found = addresses.filter((address) => this.found.has(address));
    this.remove(found.length === addresses.length ? found.slice(1) : found);
  }

  remove(addresses: readonly Address[]): void {
    for (const address of addresses) {
      this.attempts.delete(address);
      this.found.delete(address);
    }
  }

  /** This node itself answers there. */
  isSelf(address: Address): void {
    this.own.add(address);
    this.attempts.delete(address);
  }

  isDue(address: Address): boolean {
    return (this.attempts.get(address)?.due ?? Infinity) <= this.clock.now();
  }

  reached(address: Address): void {
    const attempts = this.attempts.get(address);
    if (attempts) attempts.failures = 0;
  }

  /** Not tried any more: a node of another contract is there. */
  suppress(address: Address): void {
    const attempts = this.attempts.get(address);
    if (attempts) attempts.due = Infinity;
  }

  /** Somebody is there who does not answer as a node should. True if that was one time too many. */
  failed(address: Address): boolean {
    const attempts = this.attempts.get(address);
    if (!attempts || attempts.due === Infinity) return false;
    attempts.failures++;
    attempts.due = this.clock.now() + PAUSE_MS;
    return attempts.failures >= MAX_FAILURES;
  }

  /** Removes it, and does not let other nodes bring it back for a while. */
  drop(address: Address): void {
    this.attempts.delete(address);
    this.avoidedUntil.set(address, this.clock.now() + AVOIDED_MS);
  }
}
