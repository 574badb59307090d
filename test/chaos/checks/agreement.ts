import { shortHash } from '../../../src/hotpocket/hash';
import type { NodeDisk } from '../disks';

/**
 * All nodes hold the same ledgers. One that was stopped a moment before another may have one or two less. Whoever wrote another one in between has said so,
 * with both hashes.
 */
export function checkAgreement(disks: readonly NodeDisk[]): { readonly problems: string[]; readonly forks: number[] } {
  const problems: string[] = [];
  const longest = longestOf(disks);
  const hashes = longest.entries.map(({ ledger }) => ledger.hash);
  const forks = new Set<number>();
  for (const { node, entries, logged, log } of disks) {
    const different = entries.find(({ ledger }, i) => ledger.seqNo !== i + 1 || ledger.hash !== hashes[i]);
    if (different) problems.push(`node ${node} holds ledger ${different.ledger.seqNo}-${shortHash(different.ledger.hash)}, node ${longest.node} ${shortHash(hashes[different.ledger.seqNo - 1] ?? '')}`);
    if (entries.length < hashes.length - 2) problems.push(`node ${node} ends with ledger ${entries.length}, node ${longest.node} with ${hashes.length}`);
    for (const { seqNo, hash } of logged) {
      const agreed = hashes[seqNo - 1];
      if (agreed === undefined || shortHash(agreed) === hash) continue;
      forks.add(seqNo);
      if (!log.includes(`Fork: ledger ${seqNo} was ${hash} here`) && !isTakenBack(log, seqNo)) problems.push(`node ${node} made ledger ${seqNo}-${hash}, which is ${shortHash(agreed)} now, and never said so`);
    }
  }
  return { problems, forks: [...forks] };
}

/** A fork is said of its first ledger, with how many ledgers are taken back. */
function isTakenBack(log: string, seqNo: number): boolean {
  return [...log.matchAll(/Fork: ledger (\d+) was .* Taking back (\d+) of our ledgers/g)].some(([, first, count]) => Number(first) <= seqNo && seqNo < Number(first) + Number(count));
}

export const longestOf = (disks: readonly NodeDisk[]): NodeDisk => disks.reduce((best, disk) => (disk.entries.length > best.entries.length ? disk : best));
