import type { LedgerInfo, LedgersQuery } from '../../../base/ledgers';
import type { NodeCommand } from '../../../base/nodeLink';

/** A node that says nothing for so long is busy, or stopped. */
const PATIENCE_MS = 3_000;

/** Asks nodes for their ledgers. */
export class LedgerQuestions {
  private asked = 0;
  private readonly waiting = new Map<number, (ledgers: readonly LedgerInfo[] | undefined) => void>();

  constructor(private readonly send: (node: number, command: NodeCommand) => void, private readonly patienceMs = PATIENCE_MS) {}

  /** The first answer, of nodes asked one after the other; nothing if none answers. */
  async ask(nodes: readonly number[], query: LedgersQuery): Promise<readonly LedgerInfo[]> {
    for (const node of nodes) {
      const ledgers = await this.askOne(node, query);
      if (ledgers) return ledgers;
    }
    return [];
  }

  answered(question: number, ledgers: readonly LedgerInfo[]): void {
    this.waiting.get(question)?.(ledgers);
  }

  private async askOne(node: number, query: LedgersQuery): Promise<readonly LedgerInfo[] | undefined> {
    const question = ++this.asked;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve) => {
        this.waiting.set(question, resolve);
        timer = setTimeout(resolve, this.patienceMs, undefined);
        this.send(node, { type: 'tellLedgers', question, query });
      });
    } finally {
      clearTimeout(timer);
      this.waiting.delete(question);
    }
  }
}
