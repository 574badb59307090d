import { readFileSync, writeFileSync } from 'node:fs';
import { writeFileAtomic } from '../base/files';
import { applyPatch, ConfigError, parsePatch, type HpConfig, type PatchConfig } from '../hotpocket/config';
import type { Hex } from '../hotpocket/hash';
import { patchHash } from '../hotpocket/stateHash';
import type { ConsensusPatch, RunOutcome } from './consensus/types';
import type { RecoveredPatch } from './recoveredPatch';

/** The configuration under consensus: patch.cfg beside the state folder, where contracts change it (reference 1.6). */
export class Patches {
  private hash: Hex;
  /** What the file says, until a ledger agrees on it. */
  private pending: PatchConfig | undefined;

  /** Writes what the node had when it stopped; `complain` gets the lines that hpcore prints about a rule that is broken. */
  constructor(private readonly path: string, { hash, content, pending }: RecoveredPatch, private readonly complain: (text: string) => void) {
    if (!this.read().bytes.equals(content)) writeFileSync(path, content, { mode: 0o644 });
    this.hash = hash;
    this.pending = pending ?? undefined;
  }

  /** A contract may have deleted it: that is an empty file then, which breaks every rule. */
  read(): { readonly hash: Hex; readonly bytes: Buffer } {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.path);
    } catch {
      bytes = Buffer.alloc(0);
    }
    return { hash: patchHash(bytes), bytes };
  }

  /** What the run that just ended did to it. */
  afterRun(): Pick<RunOutcome, 'patchHash' | 'patch'> {
    const { hash, bytes } = this.read();
    if (hash === this.hash) return { patchHash: hash };
    this.hash = hash;
    this.pending = this.parse(bytes);
    return { patchHash: hash, patch: this.pending ? consensusPatch(this.pending) : null };
  }

  /** Takes over the one that the others agreed on; null if it breaks a rule, so that only its hash counts, as with them. */
  async replace(bytes: Uint8Array): Promise<ConsensusPatch | null> {
    const patch = this.parse(bytes);
    await writeFileAtomic(this.path, bytes, 0o644);
    this.hash = patchHash(bytes);
    this.pending = patch;
    return patch ? consensusPatch(patch) : null;
  }

  /** The configuration with the patch that was agreed on; undefined if there is none. */
  take(config: HpConfig): HpConfig | undefined {
    const { pending } = this;
    this.pending = undefined;
    return pending && applyPatch(config, pending);
  }

  private parse(bytes: Uint8Array): PatchConfig | undefined {
    try {
      return parsePatch(Buffer.from(bytes).toString());
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.complain(error.lines.join('\n'));
      return undefined;
    }
  }
}

/** What consensus needs to know of it. */
export function consensusPatch(contract: PatchConfig): ConsensusPatch {
  return {
    unl: contract.unl,
    threshold: contract.consensus.threshold,
    roundTime: contract.consensus.roundtime,
    stageSlice: contract.consensus.stage_slice,
    maxInputLedgerOffset: contract.max_input_ledger_offset,
    userInputBytes: contract.round_limits.user_input_bytes,
  };
}
