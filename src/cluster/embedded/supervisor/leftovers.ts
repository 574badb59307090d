import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryLock } from '../../../base/native/flock';
import type { NodePaths } from '../../paths';

const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 30_000;

/**
 * Waits until no node runs in the folder. After a supervisor has died its nodes take a moment to notice and to stop; they hold a
 * lock on the folder of hp.cfg until then. One that outstays our patience makes the new node fail to start, which tells why.
 */
export async function whenNodeIsGone(node: NodePaths): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (isNodeThere(node) && performance.now() < deadline) await sleep(LOOK_EVERY_MS);
}

export function isNodeThere(node: NodePaths): boolean {
  if (!existsSync(node.cfg)) return false;
  const lock = tryLock(node.cfg);
  if (lock === 'held') return true;
  if (lock !== 'unavailable') lock.release();
  return false;
}
