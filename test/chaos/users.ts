import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { hotpocketClient } from '../support/hotpocketClient';
import type { History, InputRecord } from './history';

type Told =
  | { readonly type: 'submitted'; readonly text: string }
  | ({ readonly type: 'status' } & Pick<InputRecord, 'text'> & Partial<InputRecord>)
  /** An error of the library. */
  | { readonly type: 'said'; readonly text: string }
  | { readonly type: 'output'; readonly ledgerSeqNo: number; readonly outputs: readonly string[] };

/** A user: a process that hands in inputs all the time, and the same user again in another process when that one was killed. */
export class ChaosUser {
  private child: ChildProcess | undefined;
  private first = 0;

  private constructor(
    readonly name: string, private readonly privateKey: string, private readonly servers: readonly string[], private readonly trusted: readonly string[],
    private readonly everyMs: number, private readonly history: History,
  ) {}

  static async create(name: string, servers: readonly string[], trusted: readonly string[], everyMs: number, history: History): Promise<ChaosUser> {
    const { privateKey } = await hotpocketClient.generateKeys();
    return new ChaosUser(name, Buffer.from(privateKey).toString('hex'), servers, trusted, everyMs, history);
  }

  start(): void {
    const { name, servers, privateKey, trusted, everyMs } = this;
    // Numbers never come again, also if the last one of a killed process was not heard of.
    this.first += 1000;
    const protocol = this.first % 2000 === 0 ? 'json' : 'bson';
    const argument = JSON.stringify({ name, servers, privateKey, trusted, first: this.first, everyMs, protocol });
    const child = fork(join(__dirname, 'programs/user.js'), [argument], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
    child.on('message', (message) => this.hear(message as Told));
    this.child = child;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  stopSubmitting(): void {
    if (this.child?.connected) this.child.send('stop', () => undefined);
  }

  /** Ends the process, with grace if it still has some. */
  async end(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.send('close', () => undefined);
    const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
    await ended;
    clearTimeout(timer);
  }

  private hear(message: Told): void {
    const { inputs, outputs } = this.history;
    switch (message.type) {
      case 'submitted':
        inputs.set(message.text, { text: message.text, user: this.name });
        return;
      case 'status': {
        const { type: _, text, ...status } = message;
        const input = inputs.get(text);
        if (input) Object.assign(input, status);
        return;
      }
      case 'said': return this.history.note(`user ${this.name} says: ${message.text}`);
      case 'output':
        outputs.push({ user: this.name, ledgerSeqNo: message.ledgerSeqNo, texts: message.outputs });
    }
  }
}
