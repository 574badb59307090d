import type { NativeSockets } from '../../base/native/sockets';

/** The largest packet that HotPocket carries (reference 7.3). */
export const MAX_PACKET_BYTES = 131_072;

/** Never taken for the whole of what waits: the event loop has other work. */
const PACKETS_PER_TURN = 64;

// More than a socket's buffer can hold of empty packets, so that so many in a row can only be the end of the stream.
const EMPTY_PACKETS_AT_END = 1024;

// One byte more than allowed shows a packet that is too long. Shared, because what is received is copied at once.
const scratch = Buffer.allocUnsafeSlow(MAX_PACKET_BYTES + 1);

/** Our end of a packet socket. It never waits: what can't be sent now is sent by a later `pump`. */
export class PacketChannel {
  private readonly outgoing: Uint8Array[] = [];
  private receiving = true;
  private sending = true;

  /** `fd` stays the caller's to close. */
  constructor(private readonly sockets: NativeSockets, private readonly fd: number, private readonly received: (packet: Buffer) => void) {}

  /** Packets that wait to be sent. */
  get waiting(): number {
    return this.outgoing.length;
  }

  send(...packets: Uint8Array[]): void {
    if (!this.sending) return;
    this.outgoing.push(...packets);
    this.sendWaiting();
  }

  /** Sends and receives what can be without waiting. Tells whether anything moved. */
  pump(): boolean {
    const sent = this.sendWaiting();
    return this.receiveSome() || sent;
  }

  private sendWaiting(): boolean {
    const before = this.outgoing.length;
    for (let packet = this.outgoing[0]; packet; packet = this.outgoing[0]) {
      const result = this.sockets.send(this.fd, packet);
      if (result === 'blocked') break;
      if (result === 'sent') {
        this.outgoing.shift();
      } else {
        this.sending = false;
        this.outgoing.length = 0;
      }
    }
    return this.outgoing.length < before;
  }

  private receiveSome(): boolean {
    let count = 0;
    for (let empty = 0; this.receiving && count < PACKETS_PER_TURN;) {
      const length = this.sockets.receive(this.fd, scratch);
      if (length === 'blocked') break;
      empty = length === 0 ? empty + 1 : 0;
      if (length === 'closed' || empty > EMPTY_PACKETS_AT_END) {
        this.receiving = false;
      } else if (length > 0) {
        count++;
        this.received(Buffer.from(scratch.subarray(0, length)));
      }
    }
    return count > 0;
  }
}
