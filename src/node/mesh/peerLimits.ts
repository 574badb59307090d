import { MinuteMeter } from '../minuteMeter';

/** The `mesh` section's limits (reference 1.3). Zero means none, for the size of a message the default. */
export interface PeerLimits {
  readonly maxBytesPerMsg: number;
  readonly maxBytesPerMin: number;
  readonly maxDupMsgsPerMin: number;
  readonly maxBadMsgSigsPerMin: number;
  readonly maxBadMsgsPerMin: number;
  readonly idleTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxKnownConnections: number;
  readonly maxInConnectionsPerHost: number;
}

/** What is counted of a peer, by the numbers that log lines give them (reference 2.5). */
export const Counted = { bytes: 0, duplicates: 1, badSignatures: 2, badMessages: 3, idle: 4 } as const;
export type CountedType = 0 | 1 | 2 | 3;

/** Counts what a peer does in a minute. */
export class PeerMeters {
  private readonly meters: readonly MinuteMeter[];

  constructor({ maxBytesPerMin, maxDupMsgsPerMin, maxBadMsgSigsPerMin, maxBadMsgsPerMin }: PeerLimits) {
    this.meters = [maxBytesPerMin, maxDupMsgsPerMin, maxBadMsgSigsPerMin, maxBadMsgsPerMin].map((limit) => new MinuteMeter(limit));
  }

  /** The limit that this exceeds, if it does. */
  add(type: CountedType, amount: number, now: number): number | undefined {
    const meter = this.meters[type];
    return meter?.add(amount, now) === false ? meter.limit : undefined;
  }
}
