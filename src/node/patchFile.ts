import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../base/files';
import { ConfigError, parsePatch, type HpConfig, type PatchConfig } from '../hotpocket/config';
import type { Hex } from '../hotpocket/hash';
import { patchHash } from '../hotpocket/stateHash';
import type { ConsensusPatch } from './consensus/types';

/** patch.cfg as a contract left it. */
export interface PatchContent {
  readonly hash: Hex;
  readonly bytes: Buffer;
}

/** The configuration under consensus, beside the state folder, where contracts change it (reference 1.6). */
export class PatchFile {
  constructor(private readonly path: string) {}

  /** A contract may have deleted it: that is an empty file then, which breaks every rule. */
  read(): PatchContent {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.path);
    } catch {
      bytes = Buffer.alloc(0);
    }
    return { hash: patchHash(bytes), bytes };
  }

  write(bytes: Uint8Array): Promise<void> {
    return writeFileAtomic(this.path, bytes, 0o644);
  }
}

/** Its values, or the lines that say which rule it breaks. */
export function readPatch(bytes: Uint8Array): PatchConfig | { readonly problem: readonly string[] } {
  try {
    return parsePatch(Buffer.from(bytes).toString());
  } catch (error) {
    if (error instanceof ConfigError) return { problem: error.lines };
    throw error;
  }
}

export function consensusPatch(patch: PatchConfig | HpConfig['contract']): ConsensusPatch {
  return {
    unl: patch.unl,
    threshold: patch.consensus.threshold,
    roundTime: patch.consensus.roundtime,
    stageSlice: patch.consensus.stage_slice,
    maxInputLedgerOffset: patch.max_input_ledger_offset,
    userInputBytes: patch.round_limits.user_input_bytes,
  };
}
