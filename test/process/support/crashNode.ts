import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeyPair, sign } from '../../../src/hotpocket/keys';
import { ClusterClock } from '../../../src/node/debug/clusterClock';
import { Node } from '../../../src/node/node';
import { saveConfig } from '../../../src/node/setup/configFile';
import { openContractDir, type ContractDir } from '../../../src/node/setup/contractDir';
import { createContractDir } from '../../../src/node/setup/create';
import { readRunRecord } from '../../../src/node/ledger/runRecord';
import { InsideSocket } from '../../fuzz/insideNode';
import { ManualClock } from '../../support/manualClock';

const keys = generateKeyPair();
let nonce = Date.now();
const ROUND_TIME = 1000;
/** What hangs ends. */
const PATIENCE_MS = 20_000;

/** What whoever talked to a node knows after it has died. */
export interface Seen {
  /** Text of an input → ledger by which it was accepted. */
  readonly accepted: Map<string, number>;
  node: CrashNode | undefined;
  /** When it was, by the node's clock. */
  time: number;
}

export const nothingSeen = (accepted: readonly string[] = []): Seen => ({ accepted: new Map(accepted.map((text) => [text, 0])), node: undefined, time: 1_700_000_000_000 });

interface Insides {
  readonly users: { accept(socket: unknown, address: string): void; close(): Promise<void> } | undefined;
  readonly mesh: { close(graceMs: number): Promise<void> } | undefined;
  readonly connectivity: { close(): void } | undefined;
  readonly ledgers: { close(): void };
  readonly log: { close(): void };
  readonly consensus: { readonly view: { readonly last: { readonly seqNo: number } }; readonly isRunning: boolean };
  readonly executions: { stop(): Promise<void> };
  readonly state: { readonly job: { finish(): void } | undefined };
  cancelWake(): void;
}

/**
 * A node in this process, a cluster of its own with eager rounds, which opens no ports and runs a real contract on real files. Its time stands still, but for
 * when it waits for nothing else: so each life of it is as the last one, and no round is waited for.
 */
export class CrashNode {
  private failure: unknown;
  private hasStopped = false;

  private constructor(private readonly dir: ContractDir, private readonly seen: Seen, private readonly wall: ManualClock, private readonly node: Node) {}

  static async create(dir: string, files: Record<string, string>): Promise<void> {
    const fresh = await createContractDir(dir);
    const { contract, mesh, user, log, node } = fresh;
    await saveConfig(dir, {
      ...fresh,
      node: { ...node, history: 'full' },
      contract: { ...contract, id: 'c', bin_path: '/usr/bin/python3', bin_args: 'counts.py', unl: [node.public_key], consensus: { ...contract.consensus, roundtime: ROUND_TIME } },
      mesh: { ...mesh, listen: false, known_peers: [] },
      user: { ...user, listen: false, concurrent_read_requests: 0 },
      log: { ...log, loggers: ['file'] },
    });
    const state = join(dir, 'contract_fs/seed/state');
    mkdirSync(state, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(state, name), text);
  }

  static async start(dir: string, seen: Seen): Promise<CrashNode> {
    const opened = await openContractDir(dir);
    // Each life begins at the same place of the grid.
    const wall = new ManualClock((Math.floor(seen.time / ROUND_TIME) + 1) * ROUND_TIME);
    let node: CrashNode | undefined;
    try {
      node = new CrashNode(opened, seen, wall, new Node(opened, (error) => node && (node.failure ??= error), new ClusterClock({ behind: 0 }, wall)));
      seen.node = node;
      await node.node.start();
    } catch (error) {
      opened.lock?.release();
      throw error;
    }
    node.node.setRounds('eager');
    return node;
  }

  /** Hands in an input, and waits until it was accepted and the run is over in which it took effect. */
  async input(text: string): Promise<void> {
    const socket = new InsideSocket();
    this.insides.users?.accept(socket, '127.0.0.1');
    const { challenge } = JSON.parse(socket.received[0]!.toString()) as { challenge: string };
    socket.received = [];
    socket.emit('message', Buffer.from(JSON.stringify({ type: 'user_challenge_response', sig: sign(Buffer.from(challenge), keys.privateKey), pubkey: keys.publicKey, protocol: 'json' })));
    const container = JSON.stringify({ input: text, nonce: ++nonce, max_ledger_seq_no: this.last + 9 });
    socket.emit('message', Buffer.from(JSON.stringify({ type: 'contract_input', input_container: container, sig: sign(Buffer.from(container), keys.privateKey) })));
    const ledger = await this.until(`${text} to be accepted`, () => {
      const statuses = socket.received.map((frame) => JSON.parse(frame.toString()) as { type: string; status?: string; ledger_seq_no?: number; reason?: string }).filter(({ type }) => type === 'contract_input_status');
      if (statuses.some(({ status }) => status === 'rejected')) throw new Error(`${text} was rejected: ${JSON.stringify(statuses)}`);
      return statuses[0]?.ledger_seq_no;
    });
    this.seen.accepted.set(text, ledger);
    socket.terminate();
    await this.until(`the run of ledger ${ledger}`, () => ((readRunRecord(join(this.dir.paths.contractFs, 'run.bson'))?.ledgerSeqNo ?? 0) >= ledger ? true : undefined));
  }

  async stop(): Promise<void> {
    const stopping = this.node.stop(15).then(() => (this.hasStopped = true));
    await Promise.race([stopping, this.until('the node to stop', () => this.hasStopped || undefined)]);
    this.dir.lock?.release();
  }

  /** After its death: what is left of it in this process comes to an end as well. */
  async bury(): Promise<void> {
    const { connectivity, executions, ledgers, log, mesh, state, users } = this.insides;
    this.insides.cancelWake();
    connectivity?.close();
    await Promise.allSettled([executions.stop(), mesh?.close(0), users?.close()]);
    if (!this.hasStopped) {
      ledgers.close();
      log.close();
    }
    try {
      state.job?.finish();
    } finally {
      this.dir.lock?.release();
    }
  }

  private get insides(): Insides {
    return this.node as unknown as Insides;
  }

  private get last(): number {
    return this.insides.consensus.view.last.seqNo;
  }

  /** Lets time go on while the node is idle, until there is an answer. */
  private async until<T>(what: string, look: () => T | undefined): Promise<T> {
    for (const deadline = Date.now() + PATIENCE_MS; ; ) {
      if (this.failure !== undefined) throw this.failure instanceof Error ? this.failure : new Error('The node ended.');
      const found = look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`Waited ${PATIENCE_MS} ms for ${what}.`);
      if (this.insides.consensus.isRunning === false) this.wall.advanceToNext();
      this.seen.time = this.wall.now();
      await new Promise((done) => setTimeout(done, 1));
    }
  }
}
