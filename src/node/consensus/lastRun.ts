import type { Hex } from '../../hotpocket/hash';
import type { Ledger } from '../../hotpocket/ledger';
import type { UserOutput } from '../../hotpocket/outputs';
import { PendingOutputs } from './pendingOutputs';
import type { ConsensusBoot, ConsensusDeps, ConsensusPatch, RunOutcome } from './types';

/** What the last run of the contract left, or what came from peers in its place. */
export class LastRun {
  stateHash: Hex;
  patchHash: Hex;
  /** Undefined when the last ledger's run was not done here, so that its outputs are not known. */
  outputs: PendingOutputs | undefined;
  /** The ledger after which the run was done here that left this state; undefined if the state has other sources. */
  ranAfter: number | undefined;
  /** A changed patch waits for the ledger that agrees on it; null if it breaks a rule. */
  private patch: ConsensusPatch | null | undefined;

  constructor(boot: ConsensusBoot, private readonly sign: ConsensusDeps['sign']) {
    this.stateHash = boot.stateHash;
    this.patchHash = boot.patchHash;
    this.patch = boot.pendingPatch;
    this.outputs = this.pending(boot.outputs);
  }

  ran({ stateHash, patchHash, patch, outputs }: RunOutcome, ledgerSeqNo: number): void {
    this.stateHash = stateHash;
    this.ranAfter = ledgerSeqNo;
    this.outputs = this.pending(outputs);
    if (patch === undefined) return;
    this.patchHash = patchHash;
    this.patch = patch;
  }

  /** Whether a ledger was made after this very run, so that its own run can follow. */
  isBefore({ stateHash, configHash }: Ledger): boolean {
    return this.stateHash === stateHash && this.patchHash === configHash;
  }

  /** Ledgers were taken over whose runs are not done here. */
  replaced(): void {
    this.outputs = undefined;
    this.ranAfter = undefined;
  }

  /** Nothing runs here. */
  none(): void {
    this.outputs = this.pending([]);
  }

  patchSynced(patchHash: Hex): void {
    this.patchHash = patchHash;
    this.patch = undefined;
  }

  stateSynced(stateHash: Hex): void {
    this.stateHash = stateHash;
    this.replaced();
  }

  /** The patch that waits, which then waits no longer. */
  takePatch(): ConsensusPatch | null | undefined {
    const { patch } = this;
    this.patch = undefined;
    return patch;
  }

  private pending(list: readonly UserOutput[]): PendingOutputs {
    return new PendingOutputs(list, this.stateHash, this.sign);
  }
}
