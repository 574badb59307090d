// How well a cluster keeps to its round time.
import { CREATED, sleep } from './cluster.mjs';

/** How many rounds passed without a ledger between `from` and `to`, if ledgers were created at these times; all in ms. */
export function skippedRounds(times, from, to, roundTime) {
  let skipped = 0;
  let last = from;
  for (const time of times.filter((one) => one > from && one <= to)) {
    // A ledger comes some milliseconds sooner or later after the start of its round.
    skipped += Math.max(0, Math.round((time - last) / roundTime) - 1);
    last = time;
  }
  return skipped + Math.max(0, Math.floor((to - last) / roundTime - 0.5));
}

/**
 * Watches a cluster for that many rounds (ms each), from a ledger of its own on, and gives how many were skipped by the node that skipped most.
 * Ends early after `most` of them.
 */
export async function watchRounds(cluster, rounds, roundTime, most = Infinity) {
  const created = (node) => cluster.lines(node).filter(({ message }) => message.startsWith(CREATED)).map(({ at }) => at);
  const from = Math.max(...cluster.nodes.map((node) => created(node).at(-1) ?? NaN));
  if (Number.isNaN(from)) throw new Error('Not all nodes have created a ledger.');
  const worst = (to) => Math.max(...cluster.nodes.map((node) => {
    const times = created(node);
    return skippedRounds(times, times.findLast((time) => time <= from) ?? from, to, roundTime);
  }));
  const end = from + rounds * roundTime;
  while (Date.now() < end) {
    // Rarely, because looking takes the time of those who are looked at.
    await sleep(Math.min(5_000, end - Date.now()));
    if (most < Infinity && worst(Date.now()) > most) break;
  }
  return worst(Math.min(end, Date.now()));
}
