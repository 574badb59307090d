import type { Hex } from '../../hotpocket/hash';

/** One file or folder of a state, by its path relative to the state folder ('' is the state folder itself), with '/'. */
export type ManifestEntry =
  | { readonly path: string; readonly type: 'dir'; readonly mode: number }
  | { readonly path: string; readonly type: 'file'; readonly mode: number; readonly size: number; readonly blocks: readonly Hex[] };

/** A whole state by content. Its hash can be computed from it alone, so a manifest from a stranger proves itself. */
export interface Manifest {
  readonly hash: Hex;
  /** Sorted by path; parents before children. `mode` is the full st_mode. */
  readonly entries: readonly ManifestEntry[];
}
