import { closeSync } from 'node:fs';
import type { DisposableList } from '../../base/disposables';
import { codedLine, HotPocketError } from '../../base/errors';
import type { NativeSockets } from '../../base/native/sockets';
import type { Hex } from '../../hotpocket/hash';
import { MAX_PACKET_BYTES, PacketChannel } from './packetChannel';
import type { RunLog } from './runOptions';
import type { RunEvents } from './types';

/** Messages, of two packets each, that may wait for a contract that does not read them (reference 7.5). */
const NPL_QUEUE_LIMIT = 1023;

const BUSY_POLL_MS = 1;
const IDLE_POLL_MS = 10;

// Bounds the last reading, should a process outside the contract's group keep on writing.
const FINAL_TURNS = 64;

/** The NPL and the control channel of one run (reference 7.3, 7.5). Read requests have no NPL. */
export class RunChannels {
  /** The contract's ends. */
  readonly childControlFd: number;
  readonly childNplFd: number | undefined;
  private readonly control: PacketChannel;
  private readonly npl: PacketChannel | undefined;
  private readonly said = new Set<string>();
  private nplBytes = 0;
  private pollMs = BUSY_POLL_MS;
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  private onTurn = (): number | undefined => undefined;

  /** Our ends' descriptors go into `ours`, the contract's into `theirs`. Throws if the system has no more of them. */
  constructor(
    sockets: NativeSockets, readonly: boolean, ours: DisposableList, theirs: DisposableList,
    private readonly events: RunEvents, private readonly log: RunLog, private readonly nplOutputBytes: number,
  ) {
    const pair = (): [number, number] => {
      const [our, their] = sockets.packetPair();
      ours.add({ dispose: () => closeSync(our) });
      theirs.add({ dispose: () => closeSync(their) });
      return [our, their];
    };
    const [controlFd, childControlFd] = pair();
    this.childControlFd = childControlFd;
    this.control = new PacketChannel(sockets, controlFd, (packet) => this.onControl(packet));
    if (readonly) return;
    const [nplFd, childNplFd] = pair();
    this.childNplFd = childNplFd;
    this.npl = new PacketChannel(sockets, nplFd, (packet) => this.onNpl(packet));
  }

  /**
   * From now on, until `finish`, the channels are looked after. `onTurn` is called whenever they were, every 10 ms at least; it may say in
   * how many ms it wants to be called again.
   */
  start(onTurn: () => number | undefined): void {
    this.running = true;
    this.onTurn = onTurn;
    this.arm(BUSY_POLL_MS);
  }

  /** Queues a message for the contract. What no contract could have sent is not delivered either. */
  deliver(sender: Hex, data: Uint8Array): void {
    if (!this.running || !this.npl || data.length === 0 || data.length > MAX_PACKET_BYTES) return;
    if (this.npl.waiting >= 2 * NPL_QUEUE_LIMIT) {
      this.sayOnce(new HotPocketError('CONTRACT_NPL_UNREAD', { waiting: NPL_QUEUE_LIMIT }));
      return;
    }
    this.npl.send(Buffer.from(sender), data);
    // An answer may follow at once. A timer that is that short already must not be put off by every message.
    if (this.pollMs > BUSY_POLL_MS) this.arm(BUSY_POLL_MS);
  }

  /** The process is gone: reads what it left. The descriptors may then be closed. */
  finish(): void {
    this.running = false;
    clearTimeout(this.timer);
    for (let turn = 0; turn < FINAL_TURNS && this.pump(); turn++);
  }

  private arm(delay: number, wanted = delay): void {
    clearTimeout(this.timer);
    this.pollMs = delay;
    this.timer = setTimeout(() => {
      const moved = this.pump();
      const next = this.onTurn();
      if (this.running) this.arm(moved ? BUSY_POLL_MS : Math.min(this.pollMs + 1, IDLE_POLL_MS), next);
    }, Math.min(delay, wanted));
  }

  private pump(): boolean {
    const controlMoved = this.control.pump();
    return (this.npl?.pump() ?? false) || controlMoved;
  }

  private onControl(packet: Buffer): void {
    if (packet.length <= MAX_PACKET_BYTES) this.events.control?.(packet);
    else this.sayOnce(new HotPocketError('CONTRACT_MESSAGE_TOO_LONG', { channel: 'control', bytes: MAX_PACKET_BYTES }));
  }

  private onNpl(packet: Buffer): void {
    this.nplBytes += packet.length;
    if (this.nplOutputBytes > 0 && this.nplBytes > this.nplOutputBytes) {
      this.sayOnce(new HotPocketError('CONTRACT_NPL_LIMIT', { bytes: this.nplOutputBytes }));
    } else if (packet.length > MAX_PACKET_BYTES) {
      this.sayOnce(new HotPocketError('CONTRACT_MESSAGE_TOO_LONG', { channel: 'NPL', bytes: MAX_PACKET_BYTES }));
    } else {
      this.events.npl?.(packet);
    }
  }

  private sayOnce(problem: HotPocketError): void {
    const text = codedLine(problem);
    if (this.said.has(text)) return;
    this.said.add(text);
    this.log.wrn(text);
  }
}
