import { isZeroHash, type LedgerInfo, type LedgersQuery } from '../../base/ledgers';

export interface CountsHost {
  /** Newest first. */
  known(): readonly LedgerInfo[];
  ask(query: LedgersQuery): Promise<readonly LedgerInfo[]>;
  counted(ledger: LedgerInfo): void;
}

/**
 * Has inputs and outputs of ledgers counted that are told without (in containers), for which a node has to send them all: only while somebody looks, each
 * ledger once, one at a time.
 */
export class LedgerCounts {
  /** Hashes. */
  private readonly asked = new Set<string>();
  private running: Promise<void> | undefined;
  private watching = false;

  constructor(private readonly host: CountsHost) {}

  /** Whether the view can be seen. */
  watch(visible: boolean): void {
    this.watching = visible;
    this.look();
  }

  /** There may be ledgers to count. */
  look(): void {
    if (this.watching) void this.count(() => this.watching);
  }

  /** Resolves when all ledgers are counted that can be, whether somebody looks or not. */
  async all(): Promise<void> {
    await this.running;
    await this.count(() => true);
  }

  /** Nodes may know more now. */
  forget(): void {
    this.asked.clear();
    this.look();
  }

  private count(goesOn: () => boolean): Promise<void> {
    return (this.running ??= this.countAll(goesOn).finally(() => (this.running = undefined)));
  }

  private async countAll(goesOn: () => boolean): Promise<void> {
    for (let next; goesOn() && (next = this.host.known().find((ledger) => isUncounted(ledger) && !this.asked.has(ledger.hash))); ) {
      const { seqNo, hash } = next;
      this.asked.add(hash);
      // Where nobody can tell, the hash still says whether there is anything.
      const [found] = await this.host.ask({ before: seqNo + 1, count: 1, counts: true }).catch(() => []);
      if (found?.hash === hash) this.host.counted(found);
    }
  }
}

const isUncounted = ({ inputs, inputHash = '', outputs, outputHash = '' }: LedgerInfo): boolean =>
  (inputs === undefined && !isZeroHash(inputHash)) || (outputs === undefined && !isZeroHash(outputHash));
