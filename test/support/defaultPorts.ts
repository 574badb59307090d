import { setTimeout } from 'node:timers/promises';
import { tryLock } from '../../src/base/native/flock';

/**
 * HotPocket's tutorial is about its default ports, and two suites walk through it: one at a time, where they run at the same time
 * (test/run.mjs). Returns what lets the ports go.
 */
export async function takeDefaultPorts(): Promise<() => void> {
  const folder = process.env['HOTPOCKET_TEST_LOCKS'];
  if (folder === undefined) return () => undefined;
  for (;;) {
    const lock = tryLock(folder);
    if (lock === 'unavailable') return () => undefined;
    if (lock !== 'held') return () => lock.release();
    await setTimeout(200);
  }
}
