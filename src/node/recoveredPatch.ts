import { applyPatch, ConfigError, formatPatch, parsePatch, type HpConfig, type PatchConfig } from '../hotpocket/config';
import type { Hex } from '../hotpocket/hash';
import type { Ledger } from '../hotpocket/ledger';
import { patchHash } from '../hotpocket/stateHash';
import type { RunRecord } from './ledger/runRecord';

/** The configuration under consensus as it was when the node stopped, which its start has overwritten from hp.cfg (reference 1.6). */
export interface RecoveredPatch {
  readonly config: HpConfig;
  /** What has to be in patch.cfg. */
  readonly content: Uint8Array;
  readonly hash: Hex;
  /** The last run changed it and no ledger has agreed on that yet; null if it breaks a rule. */
  readonly pending?: PatchConfig | null;
}

/**
 * A patch that a run left behind is part of what that run did: were it lost when all nodes stop at once, the state would remember a
 * change that never came. `record`: the last completed run, if it belongs to the last ledger or the one before. Where hp.cfg was edited
 * since, that counts as it does in the real engine.
 */
export function recoverPatch(config: HpConfig, record: RunRecord | undefined, last: Ledger): RecoveredPatch {
  const canonical = standing(config);
  const { patch, configured } = record ?? {};
  if (!record || !patch || configured !== canonical.hash || last.seqNo - record.ledgerSeqNo > 1 || record.ledgerSeqNo > last.seqNo) return canonical;
  const hash = patchHash(patch);
  if (hash === canonical.hash) return canonical;
  const parsed = tryParse(patch);
  if (hash !== last.configHash) return { config, content: patch, hash, pending: parsed ?? null };
  // Agreed on, but the node ended before it had written its hp.cfg; or only the form differs.
  return parsed ? standing(applyPatch(config, parsed)) : canonical;
}

function standing(config: HpConfig): RecoveredPatch {
  const content = Buffer.from(formatPatch(config.contract));
  return { config, content, hash: patchHash(content) };
}

/** Hash of the patch that a hp.cfg stands for. */
export const configuredPatch = (config: HpConfig): Hex => standing(config).hash;

function tryParse(patch: Uint8Array): PatchConfig | undefined {
  try {
    return parsePatch(Buffer.from(patch).toString());
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
