import { WebSocket } from 'ws';
import { LARGEST_MESSAGE, type Frame } from '../frames';
import type { AgentHost } from './agent';
import type { InspectorAddress } from './inspector';

/** Numbers of our own requests; no debugger counts so far. */
const FIRST_ID = 0x7fff_0000;
/** A process on a busy machine takes seconds to answer. */
const LEAVES_WITHIN_MS = 5_000;
const AGAIN_AFTER_MS = 100;

/** The process, as far as a connection must know it. */
export interface Inspected {
  readonly address: InspectorAddress;
  /** It has not come to the contract's first line yet. */
  begins(): boolean;
}

/**
 * A debugger's connection to a process's inspector, message by message. It makes up for what an inspector does not bear: a connection that breaks
 * off while it speaks crashes the process now and then, so it is always left in good order; and a process that was told to begin just
 * before it waits goes on waiting, so it is told again.
 */
export class Connection {
  private readonly socket: WebSocket;
  private readonly early: Buffer[] = [];
  private lastId = FIRST_ID;
  private awaited: { readonly id: number; readonly resolve: () => void } | undefined;
  private telling: NodeJS.Timeout | undefined;
  private over = false;
  private leaving: Promise<void> | undefined;
  private readonly closed: Promise<void>;

  constructor(private readonly stream: number, private readonly process: Inspected, private readonly host: AgentHost) {
    const { port, path } = process.address;
    this.socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false, maxPayload: LARGEST_MESSAGE });
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
    this.socket.on('open', () => this.early.splice(0).forEach((message) => this.socket.send(message, { binary: false })));
    this.socket.on('message', (message: Buffer) => this.relay(message));
    this.socket.on('error', () => this.socket.terminate());
    void this.closed.then(() => {
      clearInterval(this.telling);
      if (!this.leaving) host.send({ kind: 'close', stream });
    });
  }

  send(message: Buffer): void {
    if (this.leaving) return;
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(message, { binary: false });
    else this.early.push(message);
    if (message.includes('"Runtime.runIfWaitingForDebugger"')) this.telling ??= setInterval(() => this.tellAgain(), AGAIN_AFTER_MS);
  }

  /** What it had stopped runs on, and what it had set is gone. Resolves when the process knows of it. */
  leave(): Promise<void> {
    return (this.leaving ??= this.leaveInOrder());
  }

  private async leaveInOrder(): Promise<void> {
    clearInterval(this.telling);
    const late = setTimeout(() => this.socket.terminate(), 2 * LEAVES_WITHIN_MS);
    // Broken off before it is there, it is one that breaks off while the process speaks.
    if (this.socket.readyState === WebSocket.CONNECTING) await Promise.race([new Promise((resolve) => this.socket.once('open', resolve)), this.closed]);
    if (!this.over && this.socket.readyState === WebSocket.OPEN) {
      this.ask('Debugger.disable');
      const id = this.ask('Runtime.disable');
      const answered = new Promise<void>((resolve) => (this.awaited = { id, resolve }));
      await Promise.race([answered, this.closed, new Promise((resolve) => setTimeout(resolve, LEAVES_WITHIN_MS))]);
    }
    this.socket.close();
    await this.closed;
    clearTimeout(late);
  }

  private tellAgain(): void {
    if (this.process.begins()) this.ask('Runtime.runIfWaitingForDebugger');
    else clearInterval(this.telling);
  }

  private ask(method: string): number {
    const id = ++this.lastId;
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ id, method }));
    return id;
  }

  private relay(message: Buffer): void {
    const id = Number(/^\{"id":(\d+)/.exec(message.toString('latin1', 0, 32))?.[1]);
    if (id > FIRST_ID) {
      if (id === this.awaited?.id) this.awaited.resolve();
      return;
    }
    // It waits at its end for its debuggers to leave, and says nothing any more.
    if (message.length < 256 && message.includes('"Runtime.executionContextDestroyed"')) this.over = true;
    if (this.leaving || this.host.send({ kind: 'data', stream: this.stream, bytes: message })) return;
    this.socket.pause();
    void this.host.drained().then(() => this.socket.resume());
  }
}

/** Lets a process begin that waits for a debugger. To be left when it has. */
export function letBegin(process: Inspected): Connection {
  const connection = new Connection(0, process, { send: () => true, drained: () => Promise.resolve() });
  connection.send(Buffer.from(JSON.stringify({ id: 1, method: 'Runtime.runIfWaitingForDebugger' })));
  return connection;
}

/** All connections of debuggers, by the numbers that the engine gave them. */
export class Connections {
  private readonly open = new Map<number, { readonly run: number; readonly connection: Connection }>();
  private readonly leaving = new Set<Promise<void>>();

  constructor(private readonly host: AgentHost) {}

  hear(frame: Frame, find: (run: number) => Inspected | undefined): void {
    if (frame.kind === 'message') return;
    const { stream } = frame;
    if (frame.kind === 'data') this.open.get(stream)?.connection.send(frame.bytes);
    else if (frame.kind === 'close') this.leave(stream);
    else {
      const process = find(frame.run);
      if (process) this.open.set(stream, { run: frame.run, connection: new Connection(stream, process, this.host) });
      else this.host.send({ kind: 'close', stream });
    }
  }

  /** All of one run, or all there are. Resolves when those are left, too, that were being left. */
  async leaveAll(run?: number): Promise<void> {
    for (const [stream, one] of [...this.open]) if (run === undefined || one.run === run) this.leave(stream);
    await Promise.all(this.leaving);
  }

  private leave(stream: number): void {
    const left = this.open.get(stream)?.connection.leave();
    this.open.delete(stream);
    if (!left) return;
    this.host.send({ kind: 'close', stream });
    this.leaving.add(left);
    void left.then(() => this.leaving.delete(left));
  }
}
