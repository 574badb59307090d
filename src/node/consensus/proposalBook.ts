import type { Stage } from '../../hotpocket/grid';
import type { Hex } from '../../hotpocket/hash';
import { OutputSignatures } from './outputSignatures';
import type { Proposal } from './proposal';

/** The newest proposal of each node; collected as they come, looked at when a stage begins (reference 3.4). */
export class ProposalBook {
  private readonly collected = new Map<Hex, Proposal>();
  private candidates = new Map<Hex, Proposal>();
  /**
   * The newest stage-3 proposal of each node. The real engine keeps one proposal a node, so that the next round's first
   * proposal of a quick node displaces its last one before a slower node has closed the ledger with it.
   */
  private readonly finals = new Map<Hex, Proposal>();
  readonly signatures = new OutputSignatures();

  add(proposal: Proposal): void {
    this.collect(proposal);
    this.note(proposal);
  }

  /** At most one a key is kept: newer time wins, then newer or equal stage. */
  collect(proposal: Proposal): void {
    keepNewer(this.collected, proposal);
  }

  /** What outlives the round of a proposal. */
  note(proposal: Proposal): void {
    if (proposal.stage === 3) keepNewer(this.finals, proposal);
    this.signatures.note(proposal);
  }

  /** Takes in what was collected and drops what no longer counts. `lenient` while not in sync. */
  drain(stage: Stage, roundStart: number, roundTime: number, lenient: boolean): void {
    // A round that gave way to one of a smaller time must not displace it.
    this.prune(stage, roundStart, roundTime, lenient);
    for (const proposal of this.collected.values()) keepNewer(this.candidates, proposal);
    this.collected.clear();
    // A node whose clock was ahead must not have its proposals unheard, once it is right, until that time has come.
    for (const [key, p] of this.finals) if (p.time > roundStart + roundTime) this.finals.delete(key);
    this.prune(stage, roundStart, roundTime, lenient);
  }

  prune(stage: Stage, roundStart: number, roundTime: number, lenient: boolean): void {
    for (const [key, p] of this.candidates) {
      const age = roundStart - p.time;
      const counts = age === 0 ? stage === p.stage || stage - p.stage === 1 : stage === 0 && p.stage === 3;
      if (age < 0 || age > roundTime || !(lenient || counts)) this.candidates.delete(key);
    }
  }

  /** Forgets proposals of nodes that are no longer in the UNL. */
  retain(unl: readonly Hex[]): void {
    for (const map of [this.collected, this.candidates, this.finals]) for (const key of map.keys()) if (!unl.includes(key)) map.delete(key);
    this.signatures.retain(unl);
  }

  /** All that may still count. */
  known(): Proposal[] {
    return [...this.candidates.values(), ...this.collected.values(), ...this.finals.values()];
  }

  list(): Proposal[] {
    return [...this.candidates.values()];
  }

  /** Stage-3 proposals of rounds that began in the last `roundTime` ms before `time`, that moment included. */
  finalsSince(time: number, roundTime: number): Proposal[] {
    return [...this.finals.values()].filter((p) => p.time >= time - roundTime && p.time <= time);
  }
}

function keepNewer(map: Map<Hex, Proposal>, proposal: Proposal): void {
  const known = map.get(proposal.pubkey);
  if (!known || proposal.time > known.time || (proposal.time === known.time && proposal.stage >= known.stage)) {
    map.set(proposal.pubkey, proposal);
  }
}
