import { HP_VERSION } from '../version';
import { canonicalValue } from './canonical';
import { isSection, type Fields } from './field';
import { hpConfigTable, patchFields } from './table';
import type { HpConfig, PatchConfig } from './types';

/** The text of hp.cfg exactly as hpcore writes it (reference 1.3): 4 blanks, the table's order, lists sorted, no newline at the end. */
export function formatConfig(config: HpConfig): string {
  return stringify(hpConfigTable.fields, { ...config, hp_version: HP_VERSION });
}

/** The text of patch.cfg, whose hash the nodes agree on (reference 1.6). Takes a whole contract section, too. */
export function formatPatch(contract: PatchConfig): string {
  return stringify(patchFields, contract);
}

const stringify = (fields: Fields, values: object): string => JSON.stringify(ordered(fields, values), null, 4);

function ordered(fields: Fields, values: object): object {
  const given = values as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(fields).map(([name, entry]) => [name, isSection(entry) ? ordered(entry.fields, given[name] as object) : canonicalValue(entry.kind, given[name])]),
  );
}
