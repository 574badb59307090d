import { WebSocket } from 'ws';

interface Message { readonly id?: number; readonly method?: string; readonly params?: Record<string, unknown>; readonly result?: Record<string, unknown> }

export interface Stopped { readonly reason: string; readonly callFrames: readonly { readonly functionName: string; readonly callFrameId: string; readonly url: string; readonly location: { readonly lineNumber: number } }[] }

/** A debugger with nothing but the inspector's own protocol: what an editor's debugger does, without the editor. */
export class InspectorClient {
  private id = 0;
  private readonly answers = new Map<number, (result: Record<string, unknown>) => void>();
  private readonly stops: Stopped[] = [];
  private readonly waiting: ((stopped: Stopped) => void)[] = [];
  readonly closed: Promise<void>;

  private constructor(private readonly socket: WebSocket) {
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('message', (data: Buffer) => this.hear(JSON.parse(data.toString()) as Message));
    socket.on('error', () => socket.terminate());
  }

  /** Attached, with the process still before its first line; `breakpoint`: lines (from 0) of a script whose URL ends so. */
  static async attach(address: string, breakpoints: readonly { readonly urlRegex: string; readonly lineNumber: number }[] = []): Promise<InspectorClient> {
    const socket = new WebSocket(address, { perMessageDeflate: false });
    const client = new InspectorClient(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    await client.ask('Runtime.enable');
    await client.ask('Debugger.enable');
    for (const breakpoint of breakpoints) await client.ask('Debugger.setBreakpointByUrl', breakpoint);
    return client;
  }

  /** Lets the process begin, up to its first line where it stops once, and from there on. Returns that stop. */
  async begin(): Promise<Stopped> {
    await this.ask('Runtime.runIfWaitingForDebugger');
    const entry = await this.stopped();
    await this.resume();
    return entry;
  }

  ask(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.id;
    return new Promise((resolve) => {
      this.answers.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }

  async resume(): Promise<void> {
    await this.ask('Debugger.resume');
  }

  /** The next time the process stops, or the last time that was not asked for yet. */
  stopped(): Promise<Stopped> {
    const stop = this.stops.shift();
    return stop ? Promise.resolve(stop) : new Promise((resolve) => this.waiting.push(resolve));
  }

  /** The value of an expression where the process stands. */
  async value(stopped: Stopped, expression: string): Promise<unknown> {
    const { result } = (await this.ask('Debugger.evaluateOnCallFrame', { callFrameId: stopped.callFrames[0]?.callFrameId, expression, returnByValue: true })) as { result: { value?: unknown } };
    return result.value;
  }

  close(): void {
    this.socket.close();
  }

  private hear({ id, method, params, result }: Message): void {
    if (id !== undefined) {
      this.answers.get(id)?.(result ?? {});
      this.answers.delete(id);
    } else if (method === 'Debugger.paused') {
      const stop = params as unknown as Stopped;
      const next = this.waiting.shift();
      if (next) next(stop);
      else this.stops.push(stop);
    } else if (method === 'Runtime.executionContextDestroyed') this.close();
  }
}
