import { setTimeout } from 'node:timers/promises';
import { tryLock } from '../../../src/base/native/flock';

/** Runs `action` while no other process does so for the same folder. Without locks (no flock here) it just runs. */
export async function exclusively<T>(folder: string, action: () => Promise<T>): Promise<T> {
  let lock = tryLock(folder);
  while (lock === 'held') {
    await setTimeout(200);
    lock = tryLock(folder);
  }
  try {
    return await action();
  } finally {
    if (lock !== 'unavailable') lock.release();
  }
}
