import type { Clock } from '../../base/clock';
import { blake3 } from '../../hotpocket/hash';
import type { Announcement, PeerMessage } from './messages';
import type { Peer } from './peer';

/** Larger messages are neither looked up nor too old (reference 8.2). */
const CHECKED_BYTES = 1024 * 1024;
const REMEMBERED = 200;
const MAX_ROUNDS_OLD = 3;

/** Messages that are everybody's business: they come once, in time, and are passed on to whom they would not reach (reference 8.2, 8.5). */
export class Gossip {
  private readonly recent = new Set<string>();

  constructor(private readonly clock: Clock, private readonly roundTime: () => number) {}

  /** What of a message to make: 'old' and 'duplicate' ones are not for us. */
  judge(message: PeerMessage, document: Uint8Array): 'new' | 'old' | 'duplicate' {
    if (!isAnnouncement(message) || document.length > CHECKED_BYTES) return 'new';
    if (message.createdOn < this.clock.now() - MAX_ROUNDS_OLD * this.roundTime()) return 'old';
    return this.remember(document) ? 'new' : 'duplicate';
  }

  /** False if it was remembered already. Our own come back to us when others pass them on. */
  remember(document: Uint8Array): boolean {
    const key = blake3(document).toString('latin1');
    if (this.recent.has(key)) return false;
    this.recent.add(key);
    if (this.recent.size > REMEMBERED) this.recent.delete(this.recent.values().next().value ?? '');
    return true;
  }
}

/** To whom a message is passed on: what a weakly connected node says to all others, what others say to those that are. */
export function forwardTo(message: PeerMessage, from: Peer, peers: Iterable<Peer>): Peer[] {
  if (!isAnnouncement(message)) return [];
  const sender = 'pubkey' in message ? message.pubkey : message.type === 'proposal' ? message.proposal.pubkey : '';
  return [...peers].filter((peer) => peer !== from && peer.pubkey !== sender && (from.weak || peer.weak));
}

const isAnnouncement = (message: PeerMessage): message is Announcement => message.type === 'proposal' || message.type === 'nup' || message.type === 'npl';
