import type { Clock } from '../../base/clock';
import type { KeyPair } from '../../hotpocket/keys';
import type { UserPortHandlers } from './types';

/** The `user` section of hp.cfg (reference 1.3). Zero means no limit, for a message's size 5 MiB. */
export interface UserPortLimits {
  /** False: the port stays closed, and nobody can connect. */
  readonly listen: boolean;
  readonly idleTimeoutMs: number;
  readonly maxBytesPerMsg: number;
  readonly maxBytesPerMin: number;
  readonly maxBadMsgsPerMin: number;
  readonly maxConnections: number;
  /** One more than this run at a time; zero switches read requests off. */
  readonly concurrentReadRequests: number;
}

/** Where the user port says what the node's log shall say. */
export interface UserPortLog {
  dbg(message: string): void;
  inf(message: string): void;
  wrn(message: string): void;
  err(message: string): void;
}

export interface UserServerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Addresses; by default 127.0.0.1 and ::1. An IPv6 address that does not exist here is passed over. */
  readonly bind?: readonly string[];
  /** PEM. */
  readonly tlsKey: string;
  readonly tlsCert: string;
  readonly hpVersion: string;
  readonly contractId: string;
  readonly contractVersion: string;
  readonly keys: KeyPair;
  readonly config: UserPortLimits;
  readonly clock: Clock;
  readonly handlers: UserPortHandlers;
  readonly log: UserPortLog;
}
