import { isZeroHash, MOST_KEYS, MOST_LEDGERS, shortened, type LedgerContents, type LedgerInfo, type LedgersQuery } from '../../../base/ledgers';
import type { HotPocketClient, PublishedLedger, PublishedView } from '../../../client/client';

/** To be counted inputs and outputs have to be sent. What is larger is not counted while people merely look at a list. */
const MOST_COUNTED_BYTES = 1024 * 1024;

/** Ledgers as a node tells its users (reference 4.4), over one connection. */
export class ObservedLedgers {
  private tooMuch = false;

  /** `keepsRaw`: the node keeps inputs and outputs. */
  constructor(private readonly client: Pick<HotPocketClient, 'isConnected' | 'lastLedger' | 'query'>, private readonly keepsRaw: boolean) {}

  /**
   * Newest first; undefined if the node does not answer. Only ledgers that are there are asked for, and over JSON: a question for
   * others with inputs or outputs ends a node if it comes over BSON.
   */
  async ask(query: LedgersQuery): Promise<readonly LedgerInfo[] | undefined> {
    if (!this.client.isConnected) return undefined;
    return this.list(query).catch(() => undefined);
  }

  get canCount(): boolean {
    return this.keepsRaw && !this.tooMuch;
  }

  private async list({ before = Infinity, count, contents = false, counts = false }: LedgersQuery): Promise<LedgerInfo[]> {
    const found: LedgerInfo[] = [];
    const { seqNo: last } = await this.client.lastLedger();
    for (let seqNo = Math.min(before - 1, last); seqNo > 0 && found.length < Math.min(count, MOST_LEDGERS); seqNo--) {
      const more = contents || (counts && this.canCount);
      const view = await this.client.query(seqNo, { inputs: more, outputs: more });
      if (!view) break;
      this.tooMuch ||= !contents && bytesOf(view) > MOST_COUNTED_BYTES;
      found.push({ ...publishedInfo(view.ledger), ...countsOf(view), ...(contents && { contents: contentsOf(view) }) });
    }
    return found;
  }
}

/** How many inputs there are only our own nodes tell, but a hash tells whether there is one. */
export function publishedInfo(ledger: PublishedLedger): LedgerInfo {
  const none = (hash: string): 0 | undefined => (isZeroHash(hash) ? 0 : undefined);
  const counts = { inputs: none(ledger.inputHash), outputs: none(ledger.outputHash), users: none(ledger.userHash) };
  return { ...ledger, ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined)) };
}

/** Without raw history a node has empty lists. Of a private contract it has each user's inputs without their content, and of outputs does not tell how many. */
function countsOf({ inputs = [], outputs = [] }: PublishedView): Pick<LedgerInfo, 'inputs' | 'inputUsers' | 'outputs'> {
  const sent = outputs.flatMap(({ blobs }) => (blobs.length === 0 ? [Buffer.alloc(0)] : blobs));
  return {
    ...(inputs.length > 0 && { inputs: inputs.length, inputUsers: [...new Set(inputs.map(({ pubkey }) => pubkey))].slice(0, MOST_KEYS) }),
    ...(sent.length > 0 && sent.every(({ length }) => length > 0) && { outputs: sent.length }),
  };
}

const bytesOf = ({ inputs = [], outputs = [] }: PublishedView): number => [...inputs.map(({ blob }) => blob), ...outputs.flatMap(({ blobs }) => blobs)].reduce((sum, { length }) => sum + length, 0);

/** Without raw history a node has empty lists. */
function contentsOf({ ledger, inputs = [], outputs = [] }: PublishedView): LedgerContents {
  return {
    ...((inputs.length > 0 || isZeroHash(ledger.inputHash)) && { inputs: inputs.slice(0, MOST_KEYS).map(({ pubkey, hash, nonce, blob }) => ({ user: pubkey, hash, nonce: String(nonce), content: shortened(blob) })) }),
    ...((outputs.length > 0 || isZeroHash(ledger.outputHash)) && { outputs: outputs.slice(0, MOST_KEYS).map(({ pubkey, hash, blobs }) => ({ user: pubkey, hash, contents: blobs.slice(0, MOST_KEYS).map(shortened) })) }),
  };
}
