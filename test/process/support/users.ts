import { hotpocketClient, type Client, type ClientInputStatus, type ClientOptions, type ClientOutput } from '../../support/hotpocketClient';
import { until, type CliCluster } from './cliCluster';

// Errors only: without it the library tells of every connection.
hotpocketClient.setLogLevel(1);

type ToldLedger = Readonly<Record<string, unknown>>;
interface LedgerEvent { readonly event: string; readonly voteStatus?: string; readonly ledger?: ToldLedger }

let lastNonce = 0;

/** A user with a key of its own, connected to one node by the published client library. */
export class User {
  readonly outputs: ClientOutput[] = [];
  private readonly events: LedgerEvent[] = [];

  private constructor(readonly client: Client, private readonly log: () => string) {
    client.on('contract_output', (output) => this.outputs.push(output));
    client.on('ledger_event', (event) => this.events.push(event as LedgerEvent));
  }

  static async connect(cluster: Pick<CliCluster, 'env' | 'log'>, node: number, options: ClientOptions = {}): Promise<User> {
    const port = Number(cluster.env.HP_USER_PORT_BEGIN) + node - 1;
    const keys = await hotpocketClient.generateKeys();
    const user = new User(await hotpocketClient.createClient([`wss://localhost:${port}`], keys, options), () => cluster.log(node).slice(-3_000));
    if (!(await user.client.connect())) throw new Error(`No connection to node ${node}.`);
    return user;
  }

  /** Hands in an input; what becomes of it is `status`. Never with the nonce of another one, however fast they come. */
  async submit(input: string | Buffer, maxLedger: { readonly offset?: number; readonly absolute?: number } = {}): Promise<Promise<ClientInputStatus>[]> {
    lastNonce = Math.max(Date.now(), lastNonce + 1);
    const { submissionStatus } = await this.client.submitContractInput(input, lastNonce, maxLedger.absolute ?? maxLedger.offset ?? null, maxLedger.absolute === undefined);
    // In a list, because a promise of a promise is not waited for separately.
    return [submissionStatus];
  }

  /** Hands in an input and resolves with the number of the ledger that holds it. */
  async accepted(input: string | Buffer): Promise<number> {
    const [pending] = await this.submit(input);
    const status = await pending;
    if (status?.status !== 'accepted') throw new Error(`The input was ${status?.status}: ${status?.reason}`);
    return Number(status.ledgerSeqNo);
  }

  /** All that the contract sent and the library verified, as text. */
  received(): string[] {
    return this.outputs.flatMap(({ outputs }) => outputs.map(String));
  }

  async receives(text: string, timeoutMs = 20_000): Promise<ClientOutput> {
    return until(`the output ${JSON.stringify(text)}`, timeoutMs, () => this.outputs.find(({ outputs }) => outputs.map(String).includes(text)), () => `Instead: ${JSON.stringify(this.received())}\n${this.log()}`);
  }

  ledgersTold(): ToldLedger[] {
    return this.events.flatMap(({ ledger }): ToldLedger[] => (ledger ? [ledger] : []));
  }

  statusesTold(): string[] {
    return this.events.flatMap(({ voteStatus }) => voteStatus ?? []);
  }

  async read(request: string, id?: string): Promise<string> {
    return String(await this.client.submitContractReadRequest(request, id ?? null));
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
