import type { Clock } from '../../base/clock';
import type { PeerMessageOf } from './messages';
import type { Peer } from './peer';

export interface DiscoveryHost {
  /** Verified connections. */
  peers(): readonly Peer[];
  /** No room for more connections to known peers: others are asked less often then. */
  full(): boolean;
}

const MAX_LISTED = 256;
const WHEN_FULL = 5;

/** Asks connected nodes for further ones: each when it connects, and one of them every interval (reference 8.5). */
export class Discovery {
  private turn = 0;
  private cancel = (): void => {};

  constructor(private readonly clock: Clock, private readonly intervalMs: number, private readonly host: DiscoveryHost) {
    this.plan();
  }

  close(): void {
    this.cancel();
  }

  private plan(): void {
    this.cancel = this.clock.at(this.clock.now() + Math.max(1, this.intervalMs) * (this.host.full() ? WHEN_FULL : 1), () => {
      const peers = this.host.peers();
      peers[this.turn++ % Math.max(1, peers.length)]?.send({ type: 'peerListRequest' });
      this.plan();
    });
  }
}

/** What `to` is told of the others: addresses at which we found them, or from which they came and say to listen. */
export function listFor(to: Peer, peers: readonly Peer[]): PeerMessageOf<'peerList'> {
  const others = peers.flatMap((peer) => {
    const [host = '', port] = peer.address?.split(':') ?? [peer.remoteAddress, String(peer.remotePort)];
    // An address of IPv6 has no place in hp.cfg, where a colon comes before the port.
    if (peer.pubkey === to.pubkey || Number(port) === 0 || host === '' || host.includes(':')) return [];
    return [{ host, port: Number(port), ...(peer.capacity === undefined ? {} : { capacity: peer.capacity }) }];
  });
  return { type: 'peerList', peers: others.slice(0, MAX_LISTED) };
}
