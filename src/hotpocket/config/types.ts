import type { ShapeOf } from './field';
import type { hpConfigTable, patchFields } from './table';

/** hp.cfg as the program holds it: every field checked, lists sorted. Names and nesting are those of the file (reference 1.3). */
export type HpConfig = ShapeOf<(typeof hpConfigTable)['fields']>;

export type ContractConfig = HpConfig['contract'];

/** The part of the contract section that is under consensus (reference 1.6). */
export type PatchConfig = ShapeOf<typeof patchFields>;
