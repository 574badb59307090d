import { isZeroHash, MOST_KEYS, MOST_LEDGERS, shortened, type LedgerContents, type LedgerInfo, type LedgersQuery } from '../../../base/ledgers';
import type { HotPocketClient, PublishedLedger, PublishedView } from '../../../client/client';

/**
 * Ledgers as a node tells its users (reference 4.4), newest first. Only ledgers that are there are asked for, and over JSON: a question for
 * others with inputs or outputs ends a node if it comes over BSON.
 */
export async function askLedgers(client: HotPocketClient, { before = Infinity, count, contents = false }: LedgersQuery): Promise<LedgerInfo[]> {
  const found: LedgerInfo[] = [];
  const { seqNo: last } = await client.lastLedger();
  for (let seqNo = Math.min(before - 1, last); seqNo > 0 && found.length < Math.min(count, MOST_LEDGERS); seqNo--) {
    const view = await client.query(seqNo, { inputs: contents, outputs: contents });
    if (!view) break;
    found.push({ ...publishedInfo(view.ledger), ...(contents && { contents: contentsOf(view) }) });
  }
  return found;
}

/** How many inputs there are only our own nodes tell, but a hash tells whether there is one. */
export function publishedInfo(ledger: PublishedLedger): LedgerInfo {
  const none = (hash: string): 0 | undefined => (isZeroHash(hash) ? 0 : undefined);
  const counts = { inputs: none(ledger.inputHash), outputs: none(ledger.outputHash), users: none(ledger.userHash) };
  return { ...ledger, ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined)) };
}

/** Without raw history a node has empty lists. */
function contentsOf({ ledger, inputs = [], outputs = [] }: PublishedView): LedgerContents {
  return {
    ...((inputs.length > 0 || isZeroHash(ledger.inputHash)) && { inputs: inputs.slice(0, MOST_KEYS).map(({ pubkey, hash, nonce, blob }) => ({ user: pubkey, hash, nonce: String(nonce), content: shortened(blob) })) }),
    ...((outputs.length > 0 || isZeroHash(ledger.outputHash)) && { outputs: outputs.slice(0, MOST_KEYS).map(({ pubkey, hash, blobs }) => ({ user: pubkey, hash, contents: blobs.slice(0, MOST_KEYS).map(shortened) })) }),
  };
}
