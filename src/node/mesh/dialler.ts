import { connect, type TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock';
import { systemCode } from '../../base/errors';
import type { Address } from './knownPeers';
import { lookupPeer } from './lookup';

const DIAL_TIMEOUT_MS = 5_000;
/** What a node that is stopped, or a name that does not exist yet, looks like; it says nothing against the address. */
const NOBODY_THERE = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EADDRNOTAVAIL'];

/** Opens connections to addresses, one attempt at a time for each. */
export class Dialler {
  private readonly attempts = new Set<Address>();

  /** `failed` gets only failures of somebody who is there and does not answer as a node should. */
  constructor(private readonly clock: Clock, private readonly connected: (address: Address, socket: TLSSocket) => void, private readonly failed: (address: Address) => void) {}

  /** Connections under way, or made and not closed. */
  get count(): number {
    return this.attempts.size;
  }

  has(address: Address): boolean {
    return this.attempts.has(address);
  }

  dial(address: Address): void {
    const colon = address.lastIndexOf(':');
    this.attempts.add(address);
    let problem: unknown;
    let reached = false;
    // Certificates are self-signed; who is there is proved by the node key (peer.ts).
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)), lookup: lookupPeer, rejectUnauthorized: false });
    const cancel = this.clock.at(this.clock.now() + DIAL_TIMEOUT_MS, () => socket.destroy());
    socket.once('error', (error) => {
      problem = error;
      socket.destroy();
    });
    socket.once('close', () => {
      cancel();
      this.attempts.delete(address);
      if (!reached && !NOBODY_THERE.includes(systemCode(problem) ?? '')) this.failed(address);
    });
    socket.once('secureConnect', () => {
      cancel();
      reached = true;
      this.connected(address, socket);
    });
  }
}
