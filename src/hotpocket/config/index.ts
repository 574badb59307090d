export { ConfigError } from './configError';
export { contractPaths, type ContractPaths } from './layout';
export { applyPatch, newConfig, spawnConfig, toPatch } from './make';
export { mergeOverride, type Json, type JsonObject } from './override';
export { parseConfig, parseConfigExceptKeys, parsePatch, readConfig } from './read';
export { parseRunAs } from './rules';
export { hpConfigTable } from './table';
export type { ContractConfig, HpConfig, PatchConfig } from './types';
export { formatConfig, formatPatch } from './write';
