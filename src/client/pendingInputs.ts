import { HotPocketError } from '../base/errors';
import type { Hex } from '../hotpocket/hash';
import type { InputOutcome, InputStatus } from './types';

const LIMIT = 10_000;
/** Ledgers beyond an input's last one after which nobody will say anything about it any more. */
const GRACE = 2;

interface PendingInput {
  readonly maxLedgerSeqNo: number;
  readonly settle: (outcome: InputOutcome) => void;
}

/** Inputs whose fate is open. It ends with the last ledger that may hold them, though a node can fail to say so (reference 3.7, 3.8). */
export class PendingInputs {
  private readonly inputs = new Map<Hex, PendingInput>();

  get size(): number {
    return this.inputs.size;
  }

  /** Throws CLIENT_BUSY. */
  ensureRoom(): void {
    if (this.inputs.size >= LIMIT) throw new HotPocketError('CLIENT_BUSY', { what: 'inputs', limit: LIMIT });
  }

  add(inputHash: Hex, maxLedgerSeqNo: number): Promise<InputOutcome> {
    return new Promise((settle) => this.inputs.set(inputHash, { maxLedgerSeqNo, settle }));
  }

  answer(status: InputStatus): void {
    this.settle(status.inputHash, status);
  }

  ledgerReached(seqNo: number): void {
    for (const [inputHash, { maxLedgerSeqNo }] of this.inputs) {
      if (seqNo >= maxLedgerSeqNo + GRACE) this.settle(inputHash, { status: 'failed', inputHash, reason: 'not_answered' });
    }
  }

  disconnected(): void {
    for (const inputHash of this.inputs.keys()) this.settle(inputHash, { status: 'failed', inputHash, reason: 'disconnected' });
  }

  private settle(inputHash: Hex, outcome: InputOutcome): void {
    this.inputs.get(inputHash)?.settle(outcome);
    this.inputs.delete(inputHash);
  }
}
