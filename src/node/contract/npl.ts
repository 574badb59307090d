import { be64, blake3, fromHex, type Hex } from '../../hotpocket/hash';
import { sign, verify, type KeyPair } from '../../hotpocket/keys';
import type { NewAnnouncement } from '../mesh/messages';
import type { ContractRun } from './types';

type NplMessage = Extract<NewAnnouncement, { type: 'npl' }>;
interface RunLedger { readonly seqNo: number; readonly hash: Hex }

/** The real engine drops what comes before its own run has begun; the nodes' runs begin some milliseconds apart. */
const MAX_EARLY = 1_023;

/**
 * Takes NPL messages to the run of the ledger they belong to (reference 7.5). Messages for a run that begins in a moment
 * wait for it (a difference: there they are lost); all others are dropped.
 */
export class NplRouter {
  private run: { readonly ledger: RunLedger; readonly process: ContractRun } | undefined;
  private early: NplMessage[] = [];
  private last: RunLedger = { seqNo: 0, hash: '' };

  constructor(private readonly keys: KeyPair, private readonly maySend: () => boolean, private readonly isMember: (key: Hex) => boolean, private readonly log: (message: string) => void) {}

  begin(ledger: RunLedger, process: ContractRun): void {
    this.run = { ledger, process };
    this.last = ledger;
    const waiting = this.early;
    this.early = [];
    for (const message of waiting) this.deliver(message);
  }

  end(): void {
    this.run = undefined;
  }

  /** A packet that our contract sent, as the message for the others; it comes back to ourselves as well. */
  outgoing(data: Uint8Array): NplMessage | undefined {
    if (!this.run || !this.maySend()) return undefined;
    const { seqNo, hash } = this.run.ledger;
    const message: NplMessage = {
      type: 'npl', pubkey: this.keys.publicKey, ledgerSeqNo: seqNo, ledgerHash: hash, data,
      signature: sign(signedText(data, seqNo, hash), this.keys.privateKey),
    };
    this.deliver(message);
    return message;
  }

  /** False if it was not signed by whom it names, or by nobody of the UNL. */
  incoming(message: NplMessage): boolean {
    if (!this.isMember(message.pubkey)) {
      this.log('Peer npl message pubkey verification failed. Not in UNL.');
      return false;
    }
    if (!verify(signedText(message.data, message.ledgerSeqNo, message.ledgerHash), message.signature, message.pubkey)) return false;
    this.deliver(message);
    return true;
  }

  private deliver(message: NplMessage): void {
    if (this.run?.ledger.hash === message.ledgerHash) return this.run.process.deliverNpl(message.pubkey, message.data);
    if (message.ledgerSeqNo <= this.last.seqNo) return;
    if (this.early.length >= MAX_EARLY && !this.dropEarlier(message.ledgerSeqNo)) return;
    this.early.push(message);
  }

  /** A node that catches up does not run the ledgers in between. False if nothing waits for an earlier one. */
  private dropEarlier(seqNo: number): boolean {
    const earlier = this.early.findIndex(({ ledgerSeqNo }) => ledgerSeqNo < seqNo);
    if (earlier >= 0) this.early.splice(earlier, 1);
    return earlier >= 0;
  }
}

const signedText = (data: Uint8Array, seqNo: number, hash: Hex): Buffer => blake3(data, be64(seqNo), fromHex(hash));
