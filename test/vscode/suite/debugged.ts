import * as vscode from 'vscode';

interface Frame { readonly id: number; readonly name: string; readonly line: number; readonly source?: string }

/** A process that stands still, as VS Code's debugger sees it. */
export class Stop {
  constructor(readonly session: vscode.DebugSession, private readonly threadId: number) {}

  /** Of our session above it. */
  get parentName(): string | undefined {
    let { parentSession: above } = this.session;
    while (above?.parentSession) above = above.parentSession;
    return above?.name;
  }

  async request(command: string, more: object = {}): Promise<unknown> {
    return this.session.customRequest(command, { threadId: this.threadId, ...more });
  }

  async go(): Promise<void> {
    await this.request('continue');
  }

  async frames(): Promise<Frame[]> {
    const { stackFrames } = (await this.request('stackTrace')) as { stackFrames: { id: number; name: string; line: number; source?: { path?: string } }[] };
    return stackFrames.map(({ id, name, line, source }) => ({ id, name: name.replace(/^.*\./, ''), line, ...(source?.path && { source: source.path }) }));
  }

  /** Values of variables that are in sight, as the debugger shows them. */
  async locals(names: readonly string[]): Promise<Record<string, string>> {
    const [frame] = await this.frames();
    const { scopes } = (await this.session.customRequest('scopes', { frameId: frame?.id })) as { scopes: { variablesReference: number; expensive: boolean }[] };
    const found: Record<string, string> = {};
    for (const { variablesReference } of scopes.filter(({ expensive }) => !expensive)) {
      const { variables } = (await this.session.customRequest('variables', { variablesReference })) as { variables: { name: string; value: string }[] };
      for (const { name, value } of variables) if (names.includes(name)) found[name] ??= value;
    }
    return found;
  }

  async evaluate(expression: string): Promise<string> {
    const [frame] = await this.frames();
    const { result } = (await this.session.customRequest('evaluate', { expression, frameId: frame?.id, context: 'repl' })) as { result: string };
    return result;
  }
}

/** Watches all sessions there are, and where they stop. */
export class Debugged implements vscode.Disposable {
  readonly sessions = new Map<string, vscode.DebugSession>();
  readonly output: string[] = [];
  private readonly stops: Stop[] = [];
  private readonly waiting: ((stop: Stop) => void)[] = [];
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      vscode.debug.onDidStartDebugSession((session) => void this.sessions.set(session.id, session)),
      vscode.debug.onDidTerminateDebugSession((session) => void this.sessions.delete(session.id)),
      vscode.debug.registerDebugAdapterTrackerFactory('*', { createDebugAdapterTracker: (session) => ({ onDidSendMessage: (message) => this.hear(session, message as { type: string; event?: string; body?: Record<string, unknown> }) }) }),
    ];
  }

  /** The next process that stops, or one that did so already and was not asked for. */
  async stop(): Promise<Stop> {
    const stopped = this.stops.shift();
    return stopped ?? new Promise((resolve) => this.waiting.push(resolve));
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private hear(session: vscode.DebugSession, { type, event, body = {} }: { type: string; event?: string; body?: Record<string, unknown> }): void {
    if (type !== 'event') return;
    if (event === 'output') this.output.push(String(body['output']));
    if (event !== 'stopped') return;
    const stop = new Stop(session, Number(body['threadId']));
    const next = this.waiting.shift();
    if (next) next(stop);
    else this.stops.push(stop);
  }
}
