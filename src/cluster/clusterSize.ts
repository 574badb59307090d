import { HotPocketError } from '../base/errors';

const LARGEST_CLUSTER = 64;

/** Throws INVALID_CLUSTER_SIZE. */
export function requireClusterSize(size: number): void {
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_CLUSTER) throw new HotPocketError('INVALID_CLUSTER_SIZE', { value: String(size) });
}
