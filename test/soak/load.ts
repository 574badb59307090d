import { hotpocketClient, type Client } from '../support/hotpocketClient';

/** A user who hands in an input as soon as the last one is answered, and asks for what was stored now and then. */
export class Load {
  /** The last ledger that had an answer. */
  ledger = 0;
  private nonce = Date.now();
  private over = false;
  private answered: () => void = () => undefined;

  private constructor(private readonly client: Client) {
    client.on('contract_output', ({ ledgerSeqNo }) => {
      this.ledger = ledgerSeqNo;
      this.answered();
    });
  }

  static async connect(server: string): Promise<Load> {
    const client = await hotpocketClient.createClient([server], await hotpocketClient.generateKeys());
    if (!(await client.connect())) throw new Error(`No connection to ${server}.`);
    return new Load(client);
  }

  /** Until `close`. Rejects when an input is not accepted. */
  async run(): Promise<void> {
    for (let count = 1; !this.over; count++) {
      const answer = new Promise<void>((resolve) => (this.answered = resolve));
      const { submissionStatus } = await this.client.submitContractInput(JSON.stringify({ type: 'set', data: `value ${count}` }), this.nonce++);
      const { status, reason } = await submissionStatus;
      if (status !== 'accepted' && !this.over) throw new Error(`Input ${count} was ${status}: ${reason}`);
      await answer;
      if (count % 20 === 0) await this.client.submitContractReadRequest(JSON.stringify({ type: 'get' }));
    }
  }

  async close(): Promise<void> {
    this.over = true;
    await this.client.close();
  }
}
